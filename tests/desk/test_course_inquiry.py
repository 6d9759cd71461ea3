"""By what a returning patient is asked for: by what the product knows, else by what they bring."""

from __future__ import annotations

from datetime import date

import pytest

from onshi import Desk, Handling
from onshi.catalogue.records import FaultUse, Situation, Step, Trouble
from onshi.course import Course
from onshi.reception import chart_of, inquiry_of
from onshi.visit import Chart

FIRST = date(2025, 10, 20)
KNOWN = Chart(
    chart_no="7", insurer_number="06130017", symbol="12", number="345", birthdate=date(1980, 4, 1)
)
NEW_INSURER = FaultUse(name="scene.insurer_changed", settings={"days_ago": 5})


def second_inquiry(shown: Chart | None, *, do: str = "visit", first_visit: bool = True) -> list:
    """The second step's ready inquiry, that of the truth, and that of the insurer before."""
    trouble = Trouble(
        id="x.y",
        title="t",
        layer="reader",
        categories=(),
        source=("added",),
        what="w",
        surfaces=("webapi",),
        situation=Situation(first_visit=first_visit, step=(Step(on="+7d", do=do),)),
        fault=(NEW_INSURER,),
    )
    with Desk(date=FIRST, seed=3, doors=("webapi",)) as desk:
        old = desk.scene.truth
        course = Course(desk, trouble, {"webapi"})
        course.handled(Handling(chart_after=shown))
        assert course.visit is not None
        charts = [
            chart_of(desk.scene.patient, c, desk.clock.today) for c in (desk.scene.truth, old)
        ]
        return [dict(course.visit.inquiry), *(inquiry_of(c, limit_consent=False) for c in charts)]


@pytest.mark.parametrize("do", ["visit", "claim"])
def test_a_new_patient_of_whom_nothing_is_shown_is_asked_for_by_what_they_bring(do: str) -> None:
    asked, true, old = second_inquiry(None, do=do)
    assert true != old
    assert asked == true


def test_a_chart_without_numbers_is_no_better() -> None:
    asked, true, _ = second_inquiry(Chart(chart_no="7", insurer_number="", number=""))
    assert asked == true


@pytest.mark.parametrize("do", ["visit", "claim"])
def test_what_the_product_shows_is_what_it_asks_by(do: str) -> None:
    asked, _, _ = second_inquiry(KNOWN, do=do)
    assert asked == inquiry_of(KNOWN, limit_consent=False)


def test_of_a_known_patient_the_clinic_has_the_numbers_of_before() -> None:
    asked, true, old = second_inquiry(None, first_visit=False)
    assert asked == old != true

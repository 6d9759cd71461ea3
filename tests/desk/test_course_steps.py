"""A course goes through its steps: days pass, faults begin and end, claims are due and answered."""

from __future__ import annotations

from datetime import date

import pytest

from onshi import Desk, Handling
from onshi.catalogue.days import day_of
from onshi.catalogue.records import FaultUse, Situation, Step, Trouble
from onshi.course import Course
from onshi.visit import Chart

FIRST = date(2025, 10, 31)


def trouble(*steps: Step, **more) -> Trouble:
    return Trouble(
        id="x.y",
        title="t",
        layer="reader",
        categories=(),
        source=("added",),
        what="w",
        surfaces=("pcsc", "webapi"),
        situation=Situation(step=steps, **more),
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("+0d", FIRST),
        ("+12d", date(2025, 11, 12)),
        ("+1m", date(2025, 11, 30)),
        ("+4m", date(2026, 2, 28)),
        ("+1m:10", date(2025, 11, 10)),
        ("+2m:31", date(2025, 12, 31)),
        ("2026-04-01", date(2026, 4, 1)),
    ],
)
def test_days_count_from_the_first_visit(text: str, day: date) -> None:
    assert day_of(text, FIRST) == day


@pytest.mark.parametrize("text", ["", "1d", "+d", "+1m:32", "+1m:0", "2025-13-01", "tomorrow"])
def test_what_is_no_day_is_refused_when_the_step_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"no day|days 1 to 31"):
        Step(on=text)


def test_the_steps_come_in_order_with_their_dates_and_words() -> None:
    steps = (
        Step(on="+3d", brings=("資格確認書",), pins=("9999",)),
        Step(on="+1m:10", do="claim"),
        Step(on="+2m", do="returns"),
        Step(on="+3m", next=True),
    )
    with Desk(date=FIRST, seed=3) as desk:
        course = Course(desk, trouble(*steps), {"pcsc"})
        seen = []
        while course.visit is not None:
            visit = course.visit
            seen.append((visit.purpose, visit.date, visit.brings, course.unknown))
            who = visit.patient.key
            course.handled(Handling(status="valid", chart_after=Chart(chart_no="7", name=who)))
        assert seen == [
            ("visit", FIRST, ("card",), True),
            ("visit", date(2025, 11, 3), ("資格確認書",), False),
            ("claim", date(2025, 11, 10), ("card",), False),
            ("returns", date(2025, 12, 31), ("card",), False),
            ("visit", date(2026, 1, 31), ("card",), True),
        ]
        chapters = course.story().chapters
        assert [c.purpose for c in chapters] == ["visit", "visit", "claim", "returns", "visit"]
        people = [c.case.visit.patient.key for c in chapters]
        assert len({*people[:4]}) == 1
        assert people[4] != people[0]
        kept = chapters[2].case.visit.chart
        assert kept is not None
        assert kept.chart_no == "7"


def test_faults_begin_at_their_step_go_on_and_are_lifted() -> None:
    slow = FaultUse(name="inquiry.slow", settings={"seconds": 5.0})
    steps = (
        Step(on="+1d", fault=(slow,)),
        Step(on="+2d", next=True),
        Step(on="+3d", lift=("inquiry.slow",)),
    )
    with Desk(date=FIRST, doors=("webapi",)) as desk:
        course = Course(desk, trouble(*steps), {"webapi"})
        at_work = []
        while course.visit is not None:
            at_work.append(list(desk.injections.faults))
            course.handled(Handling())
        assert at_work == [[], ["inquiry.slow"], ["inquiry.slow"], []]


def test_a_first_visit_is_one_only_once() -> None:
    with Desk(date=FIRST) as desk:
        course = Course(desk, trouble(Step(on="+1d"), first_visit=True), {"pcsc"})
        first = course.visit
        assert first is not None
        assert first.first_visit
        assert first.chart is None
        second = course.handled(Handling())
        assert second is not None
        assert not second.first_visit


def test_a_claim_that_cannot_be_read_is_kept_with_what_is_wrong() -> None:
    with Desk(date=FIRST) as desk:
        course = Course(desk, trouble(Step(do="claim")), {"pcsc"})
        course.handled(Handling())
        course.handled(Handling(), claim=b"\x00")
        (claim,) = course.story().claims
        assert claim.raw == b"\x00"
        assert claim.uke is None
        assert claim.problem


def test_next_goes_with_a_visit_only() -> None:
    with pytest.raises(ValueError, match="goes with do"):
        Step(do="claim", next=True)


def test_what_came_back_goes_with_the_desk() -> None:
    with Desk(date=FIRST) as desk:
        path = desk.handouts.returns(b"HI")
        assert path.read_bytes() == b"HI"
    assert not path.exists()

"""A 限度額 bracket that changed: what the system says of it before and after it has learned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import onshi
from onshi.eligibility.service import EligibilityService
from onshi.errors import OnshiError
from onshi.seams import Inquiry

TODAY = date(2025, 10, 20)


@pytest.fixture
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date=TODAY, doors=(), seed=5) as d:
        yield d


def said(desk: onshi.Desk, about: date, *, consent: bool = True) -> list[str | None]:
    """The brackets that an inquiry by card brings today about a day."""
    service = EligibilityService(desk.scene, desk.clock)
    asked = Inquiry(by_card=desk.patient.key, date=f"{about:%Y%m%d}", limit_consent=consent)
    records = service.ask(asked).records
    limits = [r.coverage.qualification.limit for r in records if r.limit_shown]
    return [limit.bracket if limit else None for limit in limits]


def test_the_system_learns_of_a_bracket_for_the_days_since_it_changed(desk: onshi.Desk) -> None:
    desk.inject("scene.limit_changed", days_ago=10, known_in=15)
    changed, before = date(2025, 10, 10), date(2025, 10, 9)
    assert [said(desk, day) for day in (before, changed, TODAY)] == [["A01"]] * 3
    truth = desk.coverage.qualification.limit
    assert truth is not None
    assert truth.bracket == "A03"
    desk.travel("2025-11-04")
    assert [said(desk, day) for day in (before, changed)] == [["A01"], ["A03"]]
    assert said(desk, changed, consent=False) == []


@pytest.mark.parametrize(
    ("person", "settings", "brackets"),
    [
        ("elderly", {}, ("B02", "B03")),
        ("late_elderly", {"before": "B03"}, ("B03", "B02")),
        ("shaho", {"after": "A05"}, ("A01", "A05")),
    ],
)
def test_brackets_suit_the_age(
    desk: onshi.Desk, person: str, settings: dict[str, Any], brackets: tuple[str, str]
) -> None:
    desk.next_patient(person)
    desk.inject("scene.limit_changed", **settings)
    limit = desk.coverage.qualification.limit
    assert limit is not None
    assert (*said(desk, TODAY), limit.bracket) == brackets
    assert limit.card == ("02" if brackets[1] == "A05" else "01")


@pytest.mark.parametrize(
    "settings", [{"before": "Z9"}, {"before": "A01", "after": "A01"}, {"known_in": 0}]
)
def test_settings_that_make_no_sense(desk: onshi.Desk, settings: dict[str, Any]) -> None:
    with pytest.raises(OnshiError):
        desk.inject("scene.limit_changed", **settings)

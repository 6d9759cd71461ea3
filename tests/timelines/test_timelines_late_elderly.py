"""scene.late_elderly: by the 75th birthday or after 医療扶助; the system learns of it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest

import onshi
from onshi.eligibility.register import Register
from onshi.errors import OnshiError
from onshi.seams import Inquiry

D0 = date(2025, 10, 20)


@pytest.fixture
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date=D0, doors=(), seed=4) as d:
        yield d


def shown(desk: onshi.Desk) -> tuple[str, list[str]]:
    """The validity and the schemes that the card shows today."""
    register = Register(lambda: desk.scene.coverages, today=lambda: desk.clock.today)
    found = register.by_person(desk.patient.key)
    return found.validity, [c.qualification.plan for c in found.coverages]


@pytest.mark.parametrize("before", ["kokuho", "shaho"])
def test_the_change_is_on_the_75th_birthday(desk: onshi.Desk, before: str) -> None:
    desk.next_patient(before)
    desk.inject("scene.late_elderly", days_ago=-3, loss_known_in=5, new_known_in=8, share=20)
    steps = []
    for n in range(10):
        desk.travel(D0 + timedelta(days=n))
        truth = desk.coverage.qualification
        percent = truth.share(desk.patient.birthdate, desk.clock.today)
        steps.append((truth.plan, percent, desk.patient.age(desk.clock.today), *shown(desk)))
    changes = [a for a, b in pairwise([None, *steps]) if a != b][1:] + steps[-1:]
    assert changes == [
        (before, 20, 74, "1", [before]),
        ("kouki", 20, 75, "1", [before]),
        ("kouki", 20, 75, "2", [before]),
        ("kouki", 20, 75, "1", ["kouki"]),
    ]


def test_the_numbers_of_before_show_that_there_is_something_newer(desk: onshi.Desk) -> None:
    desk.next_patient("kokuho")
    old = desk.coverage.qualification
    desk.inject("scene.late_elderly", days_ago=12, loss_known_in=0, new_known_in=14)
    register = Register(lambda: desk.scene.coverages, today=lambda: desk.clock.today)
    inquiry = Inquiry(
        insurer_number=old.insurer_number,
        symbol=old.symbol,
        number=old.number,
        branch=old.branch,
        birthdate=f"{desk.patient.birthdate:%Y%m%d}",
    )
    assert register.by_numbers(inquiry).validity == "2"
    desk.travel(D0 + timedelta(days=14))
    assert register.by_numbers(inquiry).validity == "3"


def test_after_aid_the_patient_is_eighty(desk: onshi.Desk) -> None:
    desk.next_patient("seiho")
    desk.inject("scene.late_elderly", days_ago=20, loss_known_in=0, new_known_in=40)
    assert desk.patient.age(D0) in (79, 80)
    assert shown(desk) == ("2", ["seiho"])
    assert desk.coverage.qualification.plan == "kouki"
    desk.travel(D0 + timedelta(days=40))
    assert shown(desk) == ("1", ["kouki"])


def test_who_has_it_already_cannot_come_under_it(desk: onshi.Desk) -> None:
    desk.next_patient("late_elderly")
    before = msgspec.structs.asdict(desk.patient)
    with pytest.raises(OnshiError, match='person = "kokuho"'):
        desk.inject("scene.late_elderly")
    assert msgspec.structs.asdict(desk.patient) == before
    assert desk.injections.faults == []


def test_nobody_knows_before_the_day(desk: onshi.Desk) -> None:
    desk.next_patient("kokuho")
    with pytest.raises(OnshiError, match="on its day or later"):
        desk.inject("scene.late_elderly", days_ago=-10, loss_known_in=9, new_known_in=20)


def test_lifted_the_patient_is_as_young_as_before(desk: onshi.Desk) -> None:
    desk.next_patient("kokuho")
    born, truth = desk.patient.birthdate, desk.coverage.qualification
    desk.inject("scene.late_elderly")
    assert desk.patient.birthdate != born
    desk.injections.lift_fault("scene.late_elderly")
    assert desk.patient.birthdate == born
    assert desk.coverage.qualification == truth
    assert shown(desk) == ("1", ["kokuho"])


def test_the_insurers_of_the_clinic_are_drawn_from() -> None:
    from onshi.scene import Site

    site = Site(insurers={"kouki": [("39999999", "広域連合（医院の指定）")]})
    with onshi.Desk(date=D0, doors=(), seed=4, site=site) as desk:
        desk.next_patient("kokuho")
        desk.inject("scene.late_elderly")
        assert desk.coverage.qualification.insurer_name == "広域連合（医院の指定）"

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from scenery import by_numbers

from onshi.eligibility.codes import Validity
from onshi.eligibility.register import Register
from onshi.people.generate import make_person, make_qualification, make_twin
from onshi.people.records import Coverage

D = date
START = D(2025, 10, 20)


class World:
    def __init__(self) -> None:
        self.today = START
        patient, _ = make_person(1, "p", on=START, kind="kokuho")
        self.patient = patient
        self.old = self.coverage("kokuho", D(2020, 4, 1))
        self.coverages = [self.old]
        self.register = Register(lambda: self.coverages, today=lambda: self.today)

    def coverage(self, plan: Any, holds_from: date, **dates: date) -> Coverage:
        q = make_qualification(1, plan, self.patient, plan, on=START, acquired=holds_from)
        return Coverage(patient=self.patient, qualification=q, holds_from=holds_from, **dates)

    def card(self, on: date | None = None) -> tuple[str, list[str]]:
        found = self.register.by_person("p", on)
        return found.validity, [c.qualification.plan for c in found.coverages]

    def numbers(self, c: Coverage, on: date | None = None) -> tuple[str, list[str]]:
        found = self.register.by_numbers(by_numbers(c), on)
        return found.validity, [c.qualification.plan for c in found.coverages]


@pytest.fixture
def world() -> World:
    return World()


def test_valid_both_ways(world: World) -> None:
    assert world.card() == ("1", ["kokuho"])
    assert world.numbers(world.old) == ("1", ["kokuho"])


def test_nobody_knows_a_stranger(world: World) -> None:
    assert world.register.by_person("x").validity is Validity.NOT_FOUND
    other = make_person(2, "q", on=START)[1]
    assert world.numbers(other) == ("4", [])


def change(world: World, **how: Any) -> Coverage:
    """国保 ended on 9-30; 社保 from 10-1."""
    world.coverages = [
        msgspec.structs.replace(world.old, holds_to=D(2025, 9, 30), **how.get("old", {})),
        world.coverage("shaho", D(2025, 10, 1), **how.get("new", {})),
    ]
    return world.coverages[1]


def test_a_change_known_at_once(world: World) -> None:
    new = change(world)
    assert world.card() == ("1", ["shaho"])
    assert world.numbers(new) == ("1", ["shaho"])
    # numbers never show the successor, only that there is one
    assert world.numbers(world.old) == ("3", ["kokuho"])


def test_loss_known_successor_not(world: World) -> None:
    new = change(world, new={"known_from": D(2025, 11, 10)})
    assert world.card() == ("2", ["kokuho"])
    assert world.numbers(world.old) == ("2", ["kokuho"])
    assert world.numbers(new) == ("4", [])
    found = world.register.by_person("p")
    assert found.lost == (D(2025, 10, 1),)
    world.today = D(2025, 11, 10)
    assert world.card() == ("1", ["shaho"])
    assert world.numbers(world.old) == ("3", ["kokuho"])


def test_neither_known_stays_valid(world: World) -> None:
    change(
        world,
        old={"loss_known_from": D(2025, 12, 1)},
        new={"known_from": D(2025, 12, 1)},
    )
    assert world.card() == ("1", ["kokuho"])
    world.today = D(2025, 12, 1)
    assert world.card() == ("1", ["shaho"])
    # asked again for the day of the visit, the answer has changed
    assert world.card(START) == ("1", ["shaho"])
    assert world.card(D(2025, 9, 1)) == ("1", ["kokuho"])


def test_new_known_before_the_loss_is_dual(world: World) -> None:
    new = change(world, old={"loss_known_from": D(2026, 1, 1)})
    assert world.card() == ("1", ["kokuho", "shaho"])
    assert world.numbers(world.old) == ("1", ["kokuho"])
    assert world.numbers(new) == ("1", ["shaho"])


def test_not_registered_yet(world: World) -> None:
    world.coverages = [msgspec.structs.replace(world.old, known_from=D(2025, 11, 1))]
    assert world.card() == ("4", [])
    assert world.numbers(world.old) == ("4", [])
    world.today += timedelta(days=12)
    assert world.card() == ("1", ["kokuho"])


def test_before_it_began(world: World) -> None:
    assert world.card(D(2019, 1, 1)) == ("4", [])


def test_medical_aid_stands_beside(world: World) -> None:
    aid = world.coverage("kokuho", D(2025, 1, 1))
    q = msgspec.structs.replace(aid.qualification, card_class="A1")
    world.coverages.append(msgspec.structs.replace(aid, qualification=q))
    assert world.card() == ("1", ["kokuho", "seiho"])


def test_twins_are_multiple_without_a_branch(world: World) -> None:
    _, twin = make_twin(world.patient, world.old, on=START)
    world.coverages.append(twin)
    found = world.register.by_numbers(by_numbers(world.old, branch=""))
    assert (found.validity, len(found.coverages)) == (Validity.MULTIPLE, 2)
    assert world.numbers(world.old) == ("1", ["kokuho"])


@pytest.mark.parametrize("pad", ["{:>8}", "{:0>8}", "{}", "０{}"])
def test_padding_of_the_insurer_number(world: World, pad: str) -> None:
    number = world.old.qualification.insurer_number
    asked = by_numbers(world.old, insurer_number=pad.format(number))
    assert world.register.by_numbers(asked).validity is Validity.VALID


def test_widths_hyphens_and_branch_are_one(world: World) -> None:
    q = msgspec.structs.replace(
        world.old.qualification, symbol="記１－２３", number="４５６７", branch="01"
    )
    world.coverages = [msgspec.structs.replace(world.old, qualification=q)]
    for symbol, number, branch in (
        ("記1-23", "4567", "1"),
        ("記１‐２３", "４５６７", "０１"),
        ("記 1ー23", "4567", ""),
    ):
        asked = by_numbers(world.old, symbol=symbol, number=number, branch=branch)
        assert world.register.by_numbers(asked).validity is Validity.VALID


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "1"},
        {"symbol": "ちがう"},
        {"birthdate": "19000101"},
        {"insurer_number": "06139992"},
        {"branch": "77"},
    ],
)
def test_every_number_counts(world: World, wrong: dict[str, str]) -> None:
    asked = by_numbers(world.old, **wrong)
    assert world.register.by_numbers(asked).validity is Validity.NOT_FOUND

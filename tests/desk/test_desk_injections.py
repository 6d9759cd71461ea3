"""Faults taken back: what they did to the scene is undone, what others did stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import onshi
from onshi.errors import UnknownNameError
from onshi.people.records import CardSpec


@pytest.fixture
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date="2025-10-20", doors=()) as d:
        yield d


def tries(desk: onshi.Desk) -> int:
    return desk.card.tries("auth")


def test_a_scene_fault_is_undone_on_the_card(desk: onshi.Desk) -> None:
    before = desk.scene.card
    desk.inject("scene.pin_tries", auth=1)
    assert tries(desk) == 1
    desk.injections.lift_fault("scene.pin_tries")
    assert tries(desk) == 3
    assert desk.scene.card == before
    assert desk.injections.faults == []


def test_of_two_the_other_one_stays(desk: onshi.Desk) -> None:
    until: date = desk.scene.card.cert_until
    desk.inject("scene.pin_tries", auth=1)
    desk.inject("scene.certificate", expired_days=30)
    assert desk.scene.card.cert_until < until
    desk.injections.lift_fault("scene.pin_tries")
    assert tries(desk) == 3
    assert desk.scene.card.cert_until < desk.clock.today
    desk.injections.lift_fault("scene.certificate")
    assert desk.scene.card.cert_until == until


def test_a_trouble_goes_with_all_its_faults_and_no_other(desk: onshi.Desk) -> None:
    desk.inject("card.slow", seconds=0.5)
    desk.apply("card.pin_already_locked")
    assert tries(desk) == 0
    assert desk.injections.troubles == ["card.pin_already_locked"]
    desk.injections.lift_trouble("card.pin_already_locked")
    assert tries(desk) == 3
    assert desk.injections.faults == ["card.slow"]


def test_a_fault_that_is_gone_strikes_no_more(desk: onshi.Desk) -> None:
    select = bytes.fromhex("00A4040C0AD392F000260100000001")
    card = desk.board.card(desk.card)
    desk.inject("card.status_word", sw="6F00")
    assert card.transmit(select) == b"\x6f\x00"
    desk.injections.lift_fault("card.status_word")
    assert card.transmit(select) == b"\x90\x00"


def test_the_next_patient_is_not_touched_by_what_is_taken_back(desk: onshi.Desk) -> None:
    desk.inject("scene.pin_tries", auth=1)
    desk.next_patient()
    fresh: CardSpec = desk.scene.card
    with pytest.raises(UnknownNameError, match="at work are: none"):
        desk.injections.lift_fault("scene.pin_tries")
    assert desk.scene.card == fresh


def test_what_is_not_at_work_is_named(desk: onshi.Desk) -> None:
    desk.inject("card.mute")
    with pytest.raises(UnknownNameError, match=r"did you mean card.mute\?"):
        desk.injections.lift_fault("card.mut")
    with pytest.raises(UnknownNameError, match="unknown trouble here"):
        desk.injections.lift_trouble("name.blackdot")

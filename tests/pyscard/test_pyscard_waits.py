"""SCardGetStatusChange at the door pyscard: it ends when it should, and for the right reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyscard_script import PNP
from pyscard_tools import Background, connected, context, until, waits
from smartcard import scard

from onshi import Desk
from onshi.doors.pyscard import pyscard_door

CANCELLED, TIMEOUT = 0x80100002, 0x8010000A
EMPTY, PRESENT, CHANGED = 0x10, 0x20, 2


@pytest.fixture
def name(desk: Desk) -> str:
    return desk.reader.states()[0].name


def now(number: int, name: str) -> int:
    code, [(_, event, _)] = scard.SCardGetStatusChange(number, 0, [(name, 0)])
    assert code == 0
    return int(event)


def waiting(number: int, states: list[tuple[str, int]], limit: int = scard.INFINITE) -> Background:
    call = Background(scard.SCardGetStatusChange, number, limit, states)
    waits(number)
    return call


def test_a_time_out_is_exact(desk: Desk, name: str) -> None:
    number = context()
    call = Background(scard.SCardGetStatusChange, number, 150, [(name, now(number, name))])
    assert call.ended()[0] == TIMEOUT
    assert 0.149 < call.seconds < 0.5


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (lambda desk: desk.remove_card(), EMPTY),
        (lambda desk: desk.reader.unplug(), 0x04 | 0x08),
    ],
)
def test_a_change_wakes_at_once(
    desk: Desk, name: str, do: Callable[[Desk], None], expected: int
) -> None:
    number = context()
    call = waiting(number, [(name, now(number, name))])
    do(desk)
    code, [(told, event, atr)] = call.ended(1)
    assert (code, told, atr if expected == EMPTY else []) == (0, name, [])
    assert event & expected == expected
    assert event & CHANGED


def test_an_insertion_wakes_with_the_atr(desk: Desk, name: str) -> None:
    desk.remove_card()
    number = context()
    call = waiting(number, [(name, now(number, name))])
    desk.insert_card()
    code, [(_, event, atr)] = call.ended(1)
    assert code == 0
    assert event & PRESENT
    assert bytes(atr) == desk.reader.states()[0].atr
    assert event >> 16 == 3


def test_the_pseudo_reader_tells_of_readers_that_come_and_go(desk: Desk) -> None:
    number = context()
    for change in (lambda: desk.reader.add_reader("Second 00 01"), desk.reader.unplug):
        call = waiting(number, [(PNP, 0)])
        change()
        code, [(_, event, _)] = call.ended(1)
        assert (code, event & CHANGED) == (0, CHANGED)


def test_what_is_no_news_does_not_end_a_wait(desk: Desk, name: str) -> None:
    number = context()
    call = waiting(number, [(name, now(number, name))], 10_000)
    _, handle, _ = connected(desk)
    until(lambda: pyscard_door().contexts[number].waiting)
    assert call.result is None
    scard.SCardDisconnect(handle, 0)
    desk.remove_card()
    assert call.ended(1)[0] == 0


def test_cancel_wakes_one_context_only(desk: Desk, name: str) -> None:
    one, other = context(), context()
    first = waiting(one, [(name, now(one, name))])
    second = waiting(other, [(name, now(other, name))], 20_000)
    assert scard.SCardCancel(one) == 0
    assert first.ended(1)[0] == CANCELLED
    assert second.result is None
    assert scard.SCardCancel(other) == 0
    assert second.ended(1)[0] == CANCELLED


def test_a_cancel_before_the_wait_does_not_count(desk: Desk, name: str) -> None:
    number = context()
    assert scard.SCardCancel(number) == 0
    assert scard.SCardGetStatusChange(number, 20, [(name, now(number, name))])[0] == TIMEOUT


def test_a_closing_desk_ends_every_wait(desk: Desk, name: str) -> None:
    numbers = [context() for _ in range(5)]
    calls = [waiting(number, [(name, now(number, name))]) for number in numbers]
    desk.close()
    for call in calls:
        code, [(_, event, _)] = call.ended(1)
        assert (code, event & 0xFFFF) == (0, EMPTY | CHANGED)
    for number in numbers:
        assert scard.SCardReleaseContext(number) == 0


def test_a_restarted_service_ends_every_wait(desk: Desk, name: str) -> None:
    number = context()
    call = waiting(number, [(name, now(number, name))])
    desk.reader.restart()
    assert call.ended(1)[0] != TIMEOUT
    assert scard.SCardListReaders(number, [])[0] == 0x8010001D
    assert scard.SCardListReaders(context(), []) == [0, [name]]


def test_a_thousand_changes_are_all_seen(desk: Desk, name: str) -> None:
    number = context()
    event = now(number, name)

    def watch() -> int:
        current = event
        while current >> 16 < 601:
            code, [(_, current, _)] = scard.SCardGetStatusChange(number, 5000, [(name, current)])
            assert code == 0
        return current >> 16

    call = Background(watch)
    for _ in range(300):
        desk.remove_card()
        desk.insert_card()
    assert call.ended() == 601

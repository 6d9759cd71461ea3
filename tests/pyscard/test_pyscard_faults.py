"""Faults met by pyscard through the patch: each family once, and those no socket can deliver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pyscard_script import QUERY, SELECT
from pyscard_tools import Background, connected, context, until
from smartcard import scard
from smartcard.CardRequest import CardRequest
from smartcard.Exceptions import (
    CardConnectionException,
    CardRequestTimeoutException,
    NoCardException,
)
from smartcard.System import readers

from onshi import Desk
from onshi.errors import CannotDeliverError

COMM_ERROR, NO_SERVICE, REMOVED = 0x80100013, 0x8010001D, 0x80100069
SHARING, UNAVAILABLE, STOPPED = 0x8010000B, 0x80100017, 0x8010001E


def test_a_card_that_answers_another_status(desk: Desk) -> None:
    desk.inject("card.status_word", {"match": "VERIFY_QUERY"}, sw="6984")
    _, handle, protocol = connected(desk)
    assert scard.SCardTransmit(handle, protocol, QUERY) == [0, [0x69, 0x84]]


def test_a_card_pulled_in_the_middle(desk: Desk) -> None:
    desk.inject("card.pull", {"match": "SELECT"})
    connection = readers()[0].createConnection()
    connection.connect()
    with pytest.raises(CardConnectionException, match="removed"):
        connection.transmit(SELECT)
    with pytest.raises(NoCardException):
        readers()[0].createConnection().connect()


def test_a_mute_card(desk: Desk) -> None:
    desk.inject("card.mute")
    desk.show_card_again()
    with pytest.raises(CardConnectionException) as raised:
        readers()[0].createConnection().connect()
    assert raised.value.hresult == 0x80100067


def test_a_scene_on_the_card(desk: Desk) -> None:
    before = desk.reader.states()[0].atr
    desk.inject("scene.wrong_card", kind="suica")
    connection = readers()[0].createConnection()
    connection.connect()
    assert bytes(connection.getATR()) == desk.reader.states()[0].atr != before


def test_a_slow_card_costs_no_time_at_a_virtual_desk(desk: Desk) -> None:
    desk.inject("reader.slow", seconds=60.0)
    _, handle, protocol = connected(desk)
    call = Background(scard.SCardTransmit, handle, protocol, SELECT)
    assert call.ended() == [0, [0x90, 0x00]]
    assert call.seconds < 1
    assert desk.clock.waited == 60


@pytest.mark.parametrize("settings", [{}, {"time": "real", "time_scale": 0.1, "deadline": 2.0}])
def test_a_hang_ends_at_its_deadline(
    open_desk: Callable[..., Desk], settings: dict[str, Any]
) -> None:
    desk = open_desk(**settings)
    desk.inject("reader.hang")
    number, handle, protocol = connected(desk)
    call = Background(scard.SCardTransmit, handle, protocol, SELECT)
    assert call.ended(3) == [COMM_ERROR, []]
    assert scard.SCardTransmit(handle, protocol, SELECT) == [NO_SERVICE, []]
    assert scard.SCardReleaseContext(number) == NO_SERVICE
    assert len(readers()) == 1


def test_a_closing_desk_ends_a_hang(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(time="real")
    strike = desk.inject("reader.hang")
    number, handle, protocol = connected(desk)
    call = Background(scard.SCardTransmit, handle, protocol, SELECT)
    until(lambda: strike.runtime.count == 1)
    desk.close()
    assert call.ended(1) == [COMM_ERROR, []]
    assert scard.SCardReleaseContext(number) == NO_SERVICE


def test_a_service_that_dies(desk: Desk) -> None:
    desk.inject("reader.hang_up", {"first": 1})
    _, handle, protocol = connected(desk)
    assert scard.SCardTransmit(handle, protocol, SELECT) == [COMM_ERROR, []]
    assert scard.SCardStatus(handle)[0] == NO_SERVICE
    _, handle, protocol = connected(desk)
    assert scard.SCardTransmit(handle, protocol, SELECT) == [0, [0x90, 0x00]]


def test_a_reader_that_is_lost_comes_back_after_three_looks(desk: Desk) -> None:
    desk.inject("reader.lost", {"first": 1}, polls=3)
    number, handle, protocol = connected(desk)
    assert scard.SCardTransmit(handle, protocol, SELECT)[0] == UNAVAILABLE
    looks = [scard.SCardListReaders(number, [])[1] for _ in range(4)]
    assert [len(names) for names in looks] == [0, 0, 0, 1]
    assert connected(desk)


# ---------------------------------------------------- what no socket can deliver
@pytest.mark.parametrize(
    ("call", "args"),
    [
        ("ListReaders", lambda number, name: (number, [])),
        ("ListReaderGroups", lambda number, name: (number,)),
        ("IsValidContext", lambda number, name: (number,)),
        ("GetStatusChange", lambda number, name: (number, 0, [(name, 0)])),
    ],
)
def test_calls_that_only_the_library_answers_can_fail(
    desk: Desk, call: str, args: Callable[..., Any]
) -> None:
    number, name = context(), desk.reader.states()[0].name
    desk.inject("reader.return_code", {"match": call, "first": 1}, code="SERVICE_STOPPED")
    function = getattr(scard, f"SCard{call}")
    failed, worked = function(*args(number, name)), function(*args(number, name))
    codes = [one if isinstance(one, int) else one[0] for one in (failed, worked)]
    assert codes == [STOPPED, 0]


@pytest.mark.parametrize("call", ["BeginTransaction", "Transmit"])
def test_a_sharing_violation_without_an_end_reaches_the_program(desk: Desk, call: str) -> None:
    desk.inject("reader.return_code", {"match": call}, code="SHARING_VIOLATION")
    _, handle, protocol = connected(desk)
    codes = {
        "BeginTransaction": scard.SCardBeginTransaction(handle),
        "Transmit": scard.SCardTransmit(handle, protocol, SELECT)[0],
    }
    other = ({"BeginTransaction", "Transmit"} - {call}).pop()
    assert codes == {call: SHARING, other: 0}
    lane = [one for one in desk.journal.events("pcsc") if one.get("rv") == f"{SHARING:08X}"]
    assert len(lane) == 1


@pytest.mark.parametrize(
    ("match", "code"),
    [("ListReaders", "NO_SERVICE"), ("BeginTransaction", "SHARING_VIOLATION")],
)
def test_the_socket_refuses_the_same_and_says_which_door_can(match: str, code: str) -> None:
    with (
        Desk(date="2025-10-20", in_process=False) as desk,
        pytest.raises(CannotDeliverError, match="pyscard"),
    ):
        desk.inject("reader.return_code", {"match": match}, code=code)


def test_the_states_of_the_readers_carry_no_code_anywhere(desk: Desk) -> None:
    with pytest.raises(CannotDeliverError, match="no return code"):
        desk.inject("reader.return_code", {"match": "ReadersState"}, code="NO_SERVICE")


def test_a_wait_that_fails_is_an_exception_of_pyscard(desk: Desk) -> None:
    desk.remove_card()
    desk.inject("reader.return_code", {"match": "GetStatusChange", "nth": 2}, code="CANCELLED")
    with pytest.raises(CardRequestTimeoutException):
        CardRequest(timeout=5).waitforcard()


# ------------------------------------------------------------- transactions
def test_a_program_waits_while_another_has_the_card(desk: Desk) -> None:
    _, one, _ = connected(desk)
    _, other, protocol = connected(desk)
    assert scard.SCardBeginTransaction(one) == 0
    waiting = [
        Background(scard.SCardTransmit, other, protocol, SELECT),
        Background(scard.SCardBeginTransaction, other),
    ]
    assert scard.SCardTransmit(one, protocol, QUERY)[0] == 0
    assert [call.result for call in waiting] == [None, None]
    assert scard.SCardEndTransaction(one, 0) == 0
    assert sorted(str(call.ended(2)) for call in waiting) == ["0", "[0, [144, 0]]"]


def test_another_program_that_takes_the_card_for_a_while(desk: Desk) -> None:
    desk.inject("reader.sharing", {"match": "Transmit"}, hold="transaction", attempts=2)
    _, handle, protocol = connected(desk)
    call = Background(scard.SCardTransmit, handle, protocol, SELECT)
    assert call.ended(3) == [0, [0x90, 0x00]]
    assert 0.1 < call.seconds < 2

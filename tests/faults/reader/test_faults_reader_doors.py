"""One script of SCard calls in this process at both doors: the socket and the patched pyscard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smartcard import scard

from onshi import Desk
from onshi.reader import ScardError

SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
SECOND = {"nth": 2, "match": "Transmit"}
OK, NO_CARD, SHARING = 0, 0x8010000C, 0x8010000B
UNAVAILABLE, REMOVED, RESET = 0x80100017, 0x80100069, 0x80100068
NO_SERVICE, STOPPED, BROKEN = 0x8010001D, 0x8010001E, 0x80100013
ANY = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


@pytest.fixture(params=["pcsc", "pyscard"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with Desk(date="2025-10-20", doors=(request.param,), in_process=True) as desk:
        yield desk
        desk.injections.clear()
        while BEGUN:
            scard.SCardReleaseContext(BEGUN.pop())


BEGUN: list[int] = []
"""Contexts to give back: what a broken service did not take, and what a test left."""


def established() -> tuple[int, int]:
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if not code:
        BEGUN.append(context)
    return code, context


def script() -> list[int]:
    """Context, Connect to the first reader, three commands; all again; the codes of it."""
    codes: list[int] = []

    def said(*result: Any) -> Any:
        codes.append(result[0] & 0xFFFFFFFF)
        return result[1] if len(result) > 1 else None

    for _ in range(2):
        context = said(*established())
        if codes[-1]:
            continue
        names = scard.SCardListReaders(context, [])[1]
        if names:
            code, handle, _ = scard.SCardConnect(context, names[0], scard.SCARD_SHARE_SHARED, ANY)
            said(code)
            for _ in range(0 if code else 3):
                said(*scard.SCardTransmit(handle, scard.SCARD_PCI_T1, SELECT))
            if not code:
                scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        scard.SCardReleaseContext(context)
    return codes


SOUND = [OK] * 5


@pytest.mark.parametrize(
    ("fault", "when", "settings", "codes"),
    [
        ("hands.no_card", None, {}, [OK, NO_CARD] * 2),
        ("hands.late", None, {"looks": 3}, [OK, NO_CARD, *SOUND]),
        ("hands.reinserted", SECOND, {}, [OK, OK, OK, REMOVED, REMOVED, *SOUND]),
        ("reader.unplugged", SECOND, {}, [OK, OK, OK, UNAVAILABLE, UNAVAILABLE, OK]),
        ("reader.lost", SECOND, {"polls": 1}, [OK, OK, OK, UNAVAILABLE, UNAVAILABLE, *SOUND]),
        ("reader.replugged", SECOND, {"looks": 0}, [OK, OK, OK, UNAVAILABLE, UNAVAILABLE, *SOUND]),
        ("reader.renamed", SECOND, {}, [OK, OK, OK, UNAVAILABLE, UNAVAILABLE, *SOUND]),
        ("reader.second_first", None, {}, [OK, NO_CARD] * 2),
        ("reader.second_first", None, {"state": "broken"}, [OK, UNAVAILABLE] * 2),
        ("reader.service", None, {"attempts": 1}, [NO_SERVICE, *SOUND]),
        ("reader.service", SECOND, {"state": "stopped"}, [OK, OK, OK, STOPPED, STOPPED, *SOUND]),
        (
            "reader.service",
            SECOND,
            {"state": "restarted"},
            [OK, OK, OK, BROKEN, NO_SERVICE, *SOUND],
        ),
        ("reader.sharing", None, {"attempts": 1}, [OK, SHARING, *SOUND]),
        ("reader.reset_by_other", SECOND, {}, [OK, OK, OK, RESET, RESET, *SOUND]),
    ],
)
def test_both_doors_tell_the_same(
    desk: Desk, fault: str, when: dict[str, Any] | None, settings: dict[str, Any], codes: list[int]
) -> None:
    desk.inject(fault, when, **settings)
    assert [f"{one:08X}" for one in script()] == [f"{one:08X}" for one in codes]
    desk.injections.lift_fault(fault)
    assert script() == SOUND * 2


# ---------------------------------------------------------------- return codes
CODES = sorted(set(ScardError) - {ScardError.SCARD_S_SUCCESS, ScardError.SCARD_E_SHARING_VIOLATION})
COMM = 0x8010002F


@pytest.mark.parametrize("code", CODES)
def test_every_code_reaches_a_program(desk: Desk, code: ScardError) -> None:
    desk.inject("reader.return_code", {"match": "Transmit", "nth": 2}, code=code.name)
    assert script() == [OK, OK, OK, int(code), OK, *SOUND]


def calls(name: str) -> int:
    """The code of one call, after all that it needs."""
    context = established()
    if name == "EstablishContext":
        return int(context[0])
    reader = scard.SCardListReaders(context[1], [])[1][0]
    connected = scard.SCardConnect(context[1], reader, scard.SCARD_SHARE_SHARED, ANY)
    if name == "Connect":
        return int(connected[0])
    handle, leave = connected[1], scard.SCARD_LEAVE_CARD
    shared = (scard.SCARD_SHARE_SHARED, ANY, leave)
    if name == "EndTransaction":
        assert scard.SCardBeginTransaction(handle) == OK
    made: dict[str, Callable[[], Any]] = {
        "ReleaseContext": lambda: scard.SCardReleaseContext(context[1]),
        "Reconnect": lambda: scard.SCardReconnect(handle, *shared),
        "Disconnect": lambda: scard.SCardDisconnect(handle, leave),
        "BeginTransaction": lambda: scard.SCardBeginTransaction(handle),
        "EndTransaction": lambda: scard.SCardEndTransaction(handle, leave),
        "Transmit": lambda: scard.SCardTransmit(handle, scard.SCARD_PCI_T1, SELECT),
        "Control": lambda: scard.SCardControl(handle, 0x42000D48, []),
        "Status": lambda: scard.SCardStatus(handle),
        "GetAttrib": lambda: scard.SCardGetAttrib(handle, scard.SCARD_ATTR_ATR_STRING),
        "SetAttrib": lambda: scard.SCardSetAttrib(handle, scard.SCARD_ATTR_VENDOR_NAME, [1]),
    }
    result = made[name]()
    scard.SCardReleaseContext(context[1])
    return int(result if isinstance(result, int) else result[0])


@pytest.mark.parametrize(
    "name",
    [  # and Cancel, of which libpcsclite tells only while somebody waits
        *("EstablishContext", "ReleaseContext", "Connect", "Reconnect", "Disconnect"),
        *("BeginTransaction", "EndTransaction", "Transmit", "Control", "Status"),
        *("GetAttrib", "SetAttrib"),
    ],
)
def test_any_call_can_answer_it(desk: Desk, name: str) -> None:
    usual = calls(name) & 0xFFFFFFFF
    assert usual != COMM
    desk.inject("reader.return_code", {"match": name, "first": 1}, code="COMM_DATA_LOST")
    assert calls(name) & 0xFFFFFFFF == COMM
    assert calls(name) & 0xFFFFFFFF == usual, "and it ends"


def test_a_cancel_that_fails_and_one_that_does_not(desk: Desk) -> None:
    desk.inject("reader.return_code", {"match": "Cancel", "first": 1}, code="COMM_DATA_LOST")
    context = established()[1]
    reader = (scard.SCardListReaders(context, [])[1][0], 0)
    seen = scard.SCardGetStatusChange(context, 0, [reader])[1]
    waited: list[int] = []
    watch = [(name, state) for name, state, _ in seen]
    waiting = threading.Thread(
        target=lambda: waited.append(scard.SCardGetStatusChange(context, 20_000, watch)[0])
    )
    waiting.start()
    end = time.monotonic() + 10
    while scard.SCardCancel(context) & 0xFFFFFFFF != COMM:
        assert time.monotonic() < end, "nobody waits"
        assert waiting.is_alive()
    assert waited == []
    assert scard.SCardCancel(context) == OK
    waiting.join(10)
    assert [one & 0xFFFFFFFF for one in waited] == [0x80100002]
    scard.SCardReleaseContext(context)

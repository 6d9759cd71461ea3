"""Closing a desk releases threads of this process that wait in pyscard's patched functions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from smartcard import scard

from load_clients import until
from onshi import Desk

T1, SHARED, RESET = 2, 2, 1
GET_CHALLENGE = [0x00, 0x84, 0x00, 0x00, 0x08]
AT_ONCE = 1.0


class Waiting:
    """A call in a thread of its own."""

    def __init__(self, call: Callable[..., Any], *args: Any) -> None:
        self.result: Any = None
        self.begun = threading.Event()
        self._call, self._args = call, args
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self.begun.set()
        self.result = self._call(*self._args)

    def code(self, seconds: float) -> int:
        """The return code, once the call is over."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{self._call} never came back"
        return int(self.result[0] if isinstance(self.result, list) else self.result)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(date="2025-10-20", doors=("pyscard",), time="real", deadline=90) as made:
        yield made


HELD: list[int] = []


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    """After the desk: what is held keeps pyscard's functions replaced."""
    yield
    while HELD:
        scard.SCardReleaseContext(HELD.pop())  # a lost service says so, and forgets it too


def context_and_handle() -> tuple[int, int]:
    context = scard.SCardEstablishContext(0)[1]
    HELD.append(context)
    name = scard.SCardListReaders(context, [])[1][0]
    code, handle, _ = scard.SCardConnect(context, name, SHARED, T1)
    assert code == 0
    return context, handle


def closed_meanwhile(desk: Desk, *calls: Waiting) -> list[int]:
    for call in calls:
        assert call.begun.wait(5)
    assert [call.result for call in calls] == [None] * len(calls)
    start = time.monotonic()
    desk.close()
    codes = [call.code(AT_ONCE) for call in calls]
    assert time.monotonic() - start < AT_ONCE
    return codes


def test_who_waits_for_another_thread(desk: Desk) -> None:
    _, holder = context_and_handle()
    context, first = context_and_handle()
    _, second = context_and_handle()
    name = scard.SCardListReaders(context, [])[1][0]
    assert scard.SCardBeginTransaction(holder) == 0
    codes = closed_meanwhile(
        desk,
        Waiting(scard.SCardConnect, context, name, SHARED, T1),
        Waiting(scard.SCardBeginTransaction, first),
        Waiting(scard.SCardDisconnect, second, RESET),
    )
    assert all(codes[:2])


@pytest.mark.parametrize("fault", ["card.hang", "reader.hang"])
def test_who_waits_for_an_answer_that_never_comes(desk: Desk, fault: str) -> None:
    _, handle = context_and_handle()
    desk.inject(fault)
    call = Waiting(scard.SCardTransmit, handle, T1, GET_CHALLENGE)
    until(lambda: any(desk.journal.events("fault", "fault")))
    assert closed_meanwhile(desk, call) != [0]


@pytest.mark.parametrize("fault", ["card.hang", "reader.hang"])
def test_a_hang_ends_at_the_deadline(fault: str) -> None:
    with Desk(date="2025-10-20", doors=("pyscard",), time="real", deadline=0.3) as desk:
        _, handle = context_and_handle()
        desk.inject(fault, when={"first": 1})
        start = time.monotonic()
        code = scard.SCardTransmit(handle, T1, GET_CHALLENGE)[0]
        assert code != 0
        assert 0.25 <= time.monotonic() - start < 1.5

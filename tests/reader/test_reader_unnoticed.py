"""A card pulled raw: for 0.4 s the service does not know, and then it does, whatever happens."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import Any

import pytest
from reader_bench import (
    LEAVE,
    NOT_TRANSACTED,
    REMOVED,
    RESET,
    SHARED,
    T0,
    T1,
    UNAVAILABLE,
    UNRESPONSIVE,
    Bench,
    until,
)

from onshi.clock import Clock, RealClock, VirtualClock
from onshi.seams import CardRemovedError


def _gone_raw(apdu: bytes) -> None:
    raise CardRemovedError(raw=True)


def test_the_call_in_flight_and_the_next_are_not_transacted(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    assert program.read(handle) == NOT_TRANSACTED
    assert not bench.engine.has_card(), "it is physically gone"
    state, events = bench.engine.states()[0].state, bench.engine.states()[0].events
    assert (state, events) == (0x34, 1), "and still shown"
    assert program.read(handle) == NOT_TRANSACTED
    assert len(bench.card.apdus) == 1, "the card that is gone is not asked again"
    assert program.read(handle) == REMOVED
    assert bench.engine.states()[0][1:3] == (2, 2)
    assert program("Disconnect", handle, LEAVE) == (0,)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (("Status",), 0),
        (("BeginTransaction",), 0),
        (("GetAttrib", 0x90303), 0),
        (("Reconnect", SHARED, T0 | T1, LEAVE), 0),
        (("Reconnect", SHARED, T0 | T1, RESET), UNRESPONSIVE),
    ],
)
def test_other_calls_in_between(bench: Bench, call: tuple[Any, ...], code: int) -> None:
    """Measured on pcscd with a vpcd card: only what has to reach the card notices."""
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    program.read(handle)
    assert program(call[0], handle, *call[1:])[0] == code
    assert program.read(handle) == REMOVED


def test_a_look_shows_the_card_once_more(bench: Bench) -> None:
    program, other = bench.program(), bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    program.read(handle)
    assert other("ReadersState")[1][0].state == 0x34
    assert other("ReadersState")[1][0].state == 2
    assert program.read(handle) == REMOVED


def test_whoever_starts_to_wait_is_told(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    program.read(handle)
    bench.engine.awaited()
    assert bench.engine.states()[0].state == 2


@pytest.mark.parametrize("kind", [VirtualClock, RealClock])
def test_ends_without_any_call(kind: type[Clock]) -> None:
    bench = Bench(clock=kind(date(2025, 10, 20), scale=0.1))
    try:
        program = bench.program()
        handle = program.handle()
        bench.card.before = _gone_raw
        told = threading.Event()
        bench.engine.listeners.append(told.set)
        assert program.read(handle) == NOT_TRANSACTED
        assert told.wait(5)
        assert bench.engine.states()[0].state == 2
        assert program.read(handle) == REMOVED
    finally:
        bench.close()


def test_in_real_time_lasts_until_the_next_look() -> None:
    bench = Bench(clock=RealClock(date(2025, 10, 20), scale=0.5))
    try:
        program = bench.program()
        handle = program.handle()
        bench.card.before = _gone_raw
        start = time.monotonic()
        codes = [program.read(handle)]
        until(lambda: codes.append(program.read(handle)) or codes[-1] == REMOVED)
        assert 0.19 < time.monotonic() - start < 2
        assert set(codes[:-1]) == {NOT_TRANSACTED}
        assert len(codes) > 5
    finally:
        bench.close()


def test_a_card_put_in_again_is_another_insertion(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    program.read(handle)
    bench.card.before = lambda apdu: None
    bench.engine.insert()
    assert bench.engine.states()[0].events == 3
    assert program.read(handle) == REMOVED
    assert program("Reconnect", handle, SHARED, T0 | T1, LEAVE) == (0, T1)
    assert program.read(handle) == 0


def test_closing_before_it_is_noticed(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone_raw
    program.read(handle)
    bench.close()
    assert program.read(handle) == UNAVAILABLE
    until(lambda: not [t for t in threading.enumerate() if t.name == "onshi-later"])

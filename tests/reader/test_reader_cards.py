"""The engine alone: cards and readers that come and go, mute cards, events, journal."""

from __future__ import annotations

import threading

import pytest
from reader_bench import (
    ATR,
    DIRECT,
    INVALID_HANDLE,
    LEAVE,
    NO_CARD,
    NOT_TRANSACTED,
    READ,
    READER,
    REMOVED,
    RESET,
    SHARED,
    T1,
    UNAVAILABLE,
    UNKNOWN_READER,
    UNPOWER,
    UNPOWERED,
    UNRESPONSIVE,
    UNSUPPORTED,
    Bench,
    Program,
    ScriptedCard,
    Waiting,
    until,
)

from onshi.errors import OnshiError, UnknownNameError
from onshi.reader import ReaderEngine, ScardError, code_of
from onshi.seams import CardLink, CardMuteError, CardRemovedError, Hands, HangUpError


# -------------------------------------------------------------------- removal
def test_removal_and_reinsertion(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.engine.remove()
    bench.engine.remove()
    row = bench.engine.states()[0]
    assert (row.state, row.events, row.atr) == (2, 2, b"")
    assert program.read(handle) == REMOVED
    assert program("Status", handle) == (REMOVED,)
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (NO_CARD,)
    assert program.read(handle) == REMOVED
    bench.engine.insert()
    assert bench.engine.states()[0].events == 3
    assert program.read(handle) == REMOVED
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (0, T1)
    assert program.read(handle) == 0
    assert bench.events == ["reinsert"]


def test_another_card_replaces_the_one_inside(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    other = ScriptedCard(bytes.fromhex("3B8001"))
    bench.engine.insert(other)
    assert bench.engine.states()[0].atr == other.atr
    assert program.read(handle) == REMOVED
    assert other.apdus == []


def test_pull_during_a_transmit_clean(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = lambda apdu: bench.engine.remove()
    assert program.read(handle) == REMOVED
    assert program.read(handle) == REMOVED
    assert not bench.engine.has_card()


def _gone(apdu: bytes) -> bytes:
    raise CardRemovedError(raw=False)


def test_a_link_that_says_it_was_removed(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = _gone
    assert program.read(handle) == REMOVED
    assert program.read(handle) == REMOVED
    assert bench.engine.states()[0].state == 2


def test_unplug_during_a_transmit(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.before = lambda apdu: bench.engine.unplug()
    for _ in range(2):
        assert program.read(handle) == UNAVAILABLE
    assert program("Reconnect", handle, SHARED, T1, RESET) == (UNAVAILABLE,)
    assert program.connect() == (UNKNOWN_READER,)
    assert bench.engine.states() == ()
    assert program("Disconnect", handle, UNPOWER) == (0,)
    bench.card.before = lambda apdu: None
    bench.engine.plug()
    row = bench.engine.states()[0]
    assert (row.state, row.events) == (0x34, 1)
    assert program.read(program.handle()) == 0


def test_a_fault_may_take_the_card_out_and_put_it_back_in_the_same_call(bench: Bench) -> None:
    def swap(apdu: bytes) -> None:
        bench.engine.remove()
        bench.engine.insert()

    program = bench.program()
    handle = program.handle()
    bench.card.before = swap
    assert program.read(handle) == REMOVED


# ----------------------------------------------------------------- mute cards
def test_mute_card(bench: Bench) -> None:
    card = ScriptedCard()
    card.mute = True
    bench.engine.insert(card)
    program = bench.program()
    row = bench.engine.states()[0]
    assert (row.state, row.atr) == (0x0C, b"")
    assert program.connect() == (UNPOWERED,)
    handle = program.handle(DIRECT, 0)
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (UNRESPONSIVE,)
    assert program("Reconnect", handle, SHARED, T1, RESET) == (UNRESPONSIVE,)
    card.mute = False
    assert program.connect()[0] == 0
    assert bench.engine.states()[0].state == 0x34


def test_a_card_that_goes_mute_before_the_first_connection(bench: Bench) -> None:
    bench.card.mute = True
    changes: list[int] = []
    bench.engine.listeners.append(lambda: changes.append(bench.engine.states()[0].state))
    assert bench.program().connect() == (UNPOWERED,)
    assert changes == [0x0C]


def test_a_card_that_stops_answering_is_not_transacted(bench: Bench) -> None:
    def silent(apdu: bytes) -> None:
        raise CardMuteError

    program = bench.program()
    handle = program.handle()
    bench.card.before = silent
    assert program.read(handle) == NOT_TRANSACTED


def test_an_atr_that_is_too_long_is_none(bench: Bench) -> None:
    bench.engine.insert(ScriptedCard(bytes(40)))
    assert bench.engine.states()[0].state == 0x0C


# ------------------------------------------------------- attributes, features
def test_attributes(bench: Bench, program: Program) -> None:
    handle = program.handle()

    def ask(number: int) -> object:
        code, value = program("GetAttrib", handle, number)
        return value if code == 0 else code

    assert ask(0x90303) == ATR
    assert ask(0x7FFF0003) == ask(0x7FFF0004) == READER.encode() + b"\0"
    assert ask(0x10100) == b"SONY\0"
    assert ask(0x10103) == b"1234567\0", "the serial number in the reader's name"
    assert ask(0x10102) == bytes.fromhex("00000001"), "version 1.00"
    assert ask(0x7A007) == (261).to_bytes(4, "little")
    assert (ask(0x90300), ask(0x90301)) == (b"\2", b"\1")
    for unknown in (0x20110, 0x30125, 0x80201, 0x7777):
        assert ask(unknown) == UNSUPPORTED
    assert program("SetAttrib", handle, 0x10100, b"x") == (UNSUPPORTED,)
    assert program("GetAttrib", 1, 0x90303)[0] == INVALID_HANDLE
    bench.engine.add_reader("plain 00 00")
    _, handle, _ = program("Connect", program.context, "plain 00 00", DIRECT, 0)
    assert (ask(0x10100), ask(0x10103), ask(0x90303)) == (b"", b"", b"")
    assert (ask(0x90300), ask(0x90301)) == (b"\0", b"\0")


def test_features_of_a_reader_without_a_pin_pad(program: Program) -> None:
    handle = program.handle()
    code, features = program("Control", handle, 0x42000000 + 3400, b"")
    assert (code, features.hex()) == (0, "120442330012"), "properties, and no secure PIN entry"
    assert program("Control", handle, 0x313520, b"") == (0, features)
    code, properties = program("Control", handle, int.from_bytes(features[2:], "big"), b"")
    assert (code, properties.hex()) == (0, "010200000301000901000b024c050c02c90d0a0400000100")
    assert program("Control", handle, 0x4233000A, b"") == (0, bytes([0, 0, 7, 0]))
    assert program("Control", handle, 0x42000001, b"\1") == (NOT_TRANSACTED, b"")
    for code in (0x42330006, 0x42330007, 0x42000000 + 1234):
        assert program("Control", handle, code, b"\1") == (UNSUPPORTED, b"")


# ----------------------------------------------------------- looks and events
def test_looks_are_counted(bench: Bench) -> None:
    program = bench.program()
    done: list[str] = []
    bench.engine.after_looks(3, lambda: done.append("third"))
    program("ReadersState")
    program("EstablishContext", 0)
    assert done == []
    program("ReadersState")
    assert done == ["third"]
    program("ReadersState")
    assert done == ["third"]
    bench.engine.after_looks(3, lambda: done.append("waited"))
    bench.engine.awaited()
    assert done == ["third", "waited"]


def test_every_visible_change_is_told_without_a_lock(bench: Bench) -> None:
    seen: list[tuple[int, int]] = []

    def look() -> None:
        rows = bench.engine.states()
        seen.append((rows[0].state, rows[0].sharing) if rows else (0, 0))

    bench.engine.listeners.append(look)
    program = bench.program()
    handle = program.handle()
    program("Disconnect", handle, LEAVE)
    bench.engine.remove()
    bench.engine.unplug()
    bench.engine.plug()
    bench.engine.insert()
    assert seen == [(0x34, 1), (0x34, 0), (2, 0), (0, 0), (2, 0), (0x34, 0)]


# -------------------------------------------------------------------- journal
def test_journal_has_what_the_program_did_and_saw(bench: Bench) -> None:
    program = bench.program()
    program("ReadersState")
    handle = program.handle()
    program("BeginTransaction", handle)
    program("Transmit", handle, T1, bytes.fromhex("002000810431323334"))
    program("EndTransaction", handle, LEAVE)
    bench.engine.remove()
    program.read(handle)
    program("Disconnect", handle, UNPOWER)
    assert [{k: v for k, v in e.items() if k != "lane"} for e in bench.journal.events("pcsc")] == [
        {"event": "establish"},
        {"event": "connect", "reader": 0, "mode": "shared", "rv": "00000000"},
        {"event": "begin_transaction", "rv": "00000000"},
        {"event": "apdu", "c": "0020008104********", "r": "6D00"},
        {"event": "end_transaction", "action": "leave", "rv": "00000000"},
        {"event": "apdu", "c": "00B0000004", "rv": "80100069"},
        {"event": "disconnect", "action": "unpower", "rv": "00000000"},
    ]


def test_programs_that_only_look_leave_no_trace(bench: Bench) -> None:
    before = bench.journal.canonical()
    for _ in range(3):
        program = bench.program()
        program("ReadersState")
        program("ReleaseContext", program.context)
    assert bench.journal.canonical() == before == b""


def test_retries_that_libpcsclite_makes_are_not_journalled(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    first("BeginTransaction", mine)
    before = len(bench.journal)
    second("BeginTransaction", other)
    second.read(other)
    assert len(bench.journal) == before


def test_a_break_is_journalled(bench: Bench) -> None:
    def die(apdu: bytes) -> None:
        raise HangUpError

    program = bench.program()
    handle = program.handle()
    bench.card.before = die
    with pytest.raises(HangUpError):
        program.read(handle)
    assert [e["call"] for e in bench.journal.events("pcsc", "hang_up")] == ["Transmit"]


# --------------------------------------------------------------------- refusals
def test_readers_and_cards_that_cannot_be(bench: Bench) -> None:
    engine = bench.engine
    with pytest.raises(OnshiError, match="already"):
        engine.add_reader(READER)
    for name in ("", "x" * 128, "a\0b"):
        with pytest.raises(OnshiError, match="127"):
            engine.add_reader(name)
    with pytest.raises(UnknownNameError, match="did you mean"):
        engine.insert(bench.card, READER[:-1] + "1")
    engine.add_reader("second")
    with pytest.raises(OnshiError, match="no card has been"):
        engine.insert(reader="second")
    with pytest.raises(OnshiError, match="no reader"):
        ReaderEngine(journal=bench.journal).remove()


def test_two_readers(bench: Bench) -> None:
    bench.engine.add_reader("日本語のリーダー é 01")
    card: CardLink = ScriptedCard()
    bench.engine.insert(card, "日本語のリーダー é 01")
    program = bench.program()
    code, handle, _ = program("Connect", program.context, "日本語のリーダー é 01", SHARED, T1)
    assert code == 0
    bench.engine.remove()
    assert program.read(handle) == 0
    assert [r.state for r in bench.engine.states()] == [2, 0x34]
    hands: Hands = bench.engine
    hands.unplug("日本語のリーダー é 01")
    assert program.read(handle) == UNAVAILABLE
    assert bench.engine.index_of("日本語のリーダー é 01") == 1


def test_concurrent_transmits_reach_the_card_one_by_one(bench: Bench) -> None:
    inside, most = 0, 0
    lock = threading.Lock()
    gate = threading.Event()

    def enter(apdu: bytes) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        gate.wait(0.05)
        with lock:
            inside -= 1

    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    bench.card.before = enter
    calls = [Waiting(p, "Transmit", h, T1, READ) for p, h in ((first, mine), (second, other))]
    assert [c.outcome()[0] for c in calls] == [0, 0]
    assert most == 1


def test_removal_does_not_wait_for_a_card_that_hangs(bench: Bench) -> None:
    gate, inside = threading.Event(), threading.Event()

    def hang(apdu: bytes) -> None:
        inside.set()
        gate.wait(10)

    program = bench.program()
    handle = program.handle()
    bench.card.before = hang
    waiting = Waiting(program, "Transmit", handle, T1, READ)
    until(inside.is_set)
    bench.engine.remove()
    bench.engine.insert(ScriptedCard())
    gate.set()
    assert waiting.outcome()[0] == REMOVED


def test_codes_by_name() -> None:
    for text in ("SCARD_W_REMOVED_CARD", "REMOVED_CARD", "removed_card", "0x80100069"):
        assert code_of(text) == ScardError.SCARD_W_REMOVED_CARD
    with pytest.raises(UnknownNameError, match="SCARD_W_REMOVED_CARD"):
        code_of("SCARD_W_REMOVD_CARD")
    with pytest.raises(UnknownNameError, match="NO_SERVICE"):
        code_of("NO_SERVIS")

"""The engine alone: sharing, transactions, resets, removal; codes as measured on pcscd 1.9.9."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from reader_bench import (
    ATR,
    DIRECT,
    EJECT,
    EXCLUSIVE,
    LEAVE,
    RAW,
    READ,
    READER,
    RESET,
    SHARED,
    T0,
    T1,
    UNPOWER,
    Bench,
    Program,
    ScriptedCard,
    until,
)

from onshi.clock import Released
from onshi.errors import OnshiError, UnknownNameError
from onshi.reader import ReaderEngine, ScardError, code_of
from onshi.reader.atr import choose_protocol, offered_protocols
from onshi.seams import CardLink, CardMuteError, CardRemovedError, Hands, HangUpError, Power

INVALID_HANDLE = 0x80100003
UNKNOWN_READER = 0x80100009
SHARING = 0x8010000B
NO_CARD = 0x8010000C
MISMATCH = 0x8010000F
INVALID_VALUE = 0x80100011
NOT_TRANSACTED = 0x80100016
UNAVAILABLE = 0x80100017
UNSUPPORTED = 0x8010001F
UNRESPONSIVE = 0x80100066
UNPOWERED = 0x80100067
RESET_CARD = 0x80100068
REMOVED = 0x80100069


class Waiting:
    """A call in a thread of its own."""

    def __init__(self, program: Program, *call: Any) -> None:
        self.result: Any = None
        self._program, self._call = program, call
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self._program(*self._call)
        except Released as e:
            self.result = e

    def outcome(self) -> Any:
        self.thread.join(5)
        assert not self.thread.is_alive(), "the call never came back"
        return self.result


# ------------------------------------------------------------------- contexts
def test_contexts_and_handles_never_repeat_and_fit_the_wire(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    numbers = [first.context, second.context, first.handle(), second.handle(), first.handle()]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < n < 2**31 for n in numbers)


def test_bad_scope_and_released_context(program: Program) -> None:
    assert program("EstablishContext", 77) == (INVALID_VALUE,)
    handle = program.handle()
    assert program("ReleaseContext", program.context) == (0,)
    assert program("ReleaseContext", program.context) == (INVALID_HANDLE,)
    assert program.read(handle) == INVALID_HANDLE
    assert program.connect() == (INVALID_HANDLE,)


def test_release_in_a_transaction_resets_the_card_and_frees_the_others(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    assert first("BeginTransaction", mine) == (0,)
    bench.card.powers.clear()
    bench.engine.drop(first.client)
    assert bench.card.powers == [Power.RESET]
    assert second.read(other) == RESET_CARD
    assert bench.engine.states()[0].sharing == 1


# ----------------------------------------------------------------- connecting
def test_connect_refusals(bench: Bench, program: Program) -> None:
    assert program("Connect", program.context, "nope", SHARED, T1) == (UNKNOWN_READER,)
    assert program.connect(mode=9) == (INVALID_VALUE,)
    assert program.connect(protocols=0) == (MISMATCH,)
    assert program.connect(protocols=0x100) == (MISMATCH,)
    bench.engine.remove()
    assert program.connect() == (NO_CARD,)
    code, handle, protocol = program.connect(DIRECT, 0)
    assert (code, protocol) == (0, 0)
    assert program.read(handle) == NO_CARD
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (NO_CARD,)
    assert program("Disconnect", handle, LEAVE) == (0,)


def test_protocol_is_settled_once_and_again_after_a_reset(program: Program) -> None:
    code, first, protocol = program.connect(protocols=T0)
    assert (code, protocol) == (0, T0)
    assert program("Disconnect", first, LEAVE) == (0,)
    assert program.connect(protocols=T1) == (MISMATCH,)
    _, second, protocol = program.connect(protocols=T0 | T1)
    assert protocol == T0
    assert program("Disconnect", second, UNPOWER) == (0,)
    assert program.connect(protocols=T0 | T1)[2] == T1


def test_pci_has_to_fit_the_protocol(program: Program) -> None:
    handle = program.handle()
    assert program.read(handle, T1) == 0
    assert program.read(handle, T0) == MISMATCH
    assert program.read(handle, RAW) == 0


def test_raw_protocol_sticks(program: Program) -> None:
    handle = program.handle(protocols=RAW)
    assert program.read(handle, RAW) == 0
    assert program.read(handle, T1) == MISMATCH
    program("Disconnect", handle, LEAVE)
    assert program.connect(protocols=T0 | T1) == (MISMATCH,)


@pytest.mark.parametrize(
    ("atr", "offered", "chosen"),
    [
        ("3B80800101", T0 | T1, T1),
        ("3B00", T0, T0),
        ("3B8001", T1, T1),
        ("3B9F95803FC7A08031E073FE211B64", T0, T0),
        ("3BE000FF8131FE45", T1, T1),
        ("3B", T0, T0),
    ],
)
def test_protocols_of_an_atr(atr: str, offered: int, chosen: int) -> None:
    assert offered_protocols(bytes.fromhex(atr)) == offered
    assert choose_protocol(T0 | T1, bytes.fromhex(atr)) == chosen
    assert choose_protocol(0x1000, bytes.fromhex(atr)) == chosen


def test_specific_mode_offers_its_protocol_only() -> None:
    assert offered_protocols(bytes.fromhex("3B801081")) == T1


def test_sharing(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    handle = first.handle()
    assert bench.engine.states()[0].sharing == 1
    assert second.connect(EXCLUSIVE) == (SHARING,)
    other = second.handle()
    assert bench.engine.states()[0].sharing == 2
    assert first("Reconnect", handle, EXCLUSIVE, T0 | T1, LEAVE) == (SHARING,)
    second("Disconnect", other, LEAVE)
    assert first("Reconnect", handle, EXCLUSIVE, T0 | T1, LEAVE) == (0, T1)
    assert bench.engine.states()[0].sharing == -1
    assert second.connect() == (SHARING,)
    assert second.connect(DIRECT, 0) == (SHARING,)
    assert first("Reconnect", handle, SHARED, T0 | T1, LEAVE) == (0, T1)
    assert second.connect()[0] == 0


def test_arguments_of_reconnect_and_disconnect(program: Program) -> None:
    handle = program.handle()
    assert program("Reconnect", handle, SHARED, T1, EJECT) == (INVALID_VALUE,)
    assert program("Reconnect", handle, 9, T1, LEAVE) == (INVALID_VALUE,)
    assert program("Reconnect", handle, SHARED, T0, LEAVE) == (MISMATCH,)
    assert program("Disconnect", handle, 77) == (INVALID_VALUE,)
    assert program("Disconnect", handle, EJECT) == (0,)
    assert program("Disconnect", handle, LEAVE) == (INVALID_HANDLE,)
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (INVALID_HANDLE,)


# ---------------------------------------------------------------------- reset
def test_reset_by_another_until_reconnect(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    assert first("Reconnect", mine, SHARED, T0 | T1, RESET) == (0, T1)
    assert bench.card.powers[-1] is Power.RESET
    assert first.read(mine) == 0
    for call in (
        ("Transmit", other, T1, READ),
        ("Status", other),
        ("BeginTransaction", other),
        ("EndTransaction", other, LEAVE),
        ("GetAttrib", other, 0x90303),
    ):
        assert second(*call)[0] == RESET_CARD
    assert second("Reconnect", other, SHARED, T0 | T1, LEAVE) == (0, T1)
    assert second.read(other) == 0
    assert bench.events == ["reset"]


def test_unpower_powers_on_again_at_the_next_connection(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.powers.clear()
    program("Disconnect", handle, UNPOWER)
    assert bench.card.powers == [Power.OFF]
    assert bench.engine.states()[0].state == 0x34
    program.handle()
    assert bench.card.powers == [Power.OFF, Power.ON]


def test_leave_keeps_the_card_powered(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.card.powers.clear()
    program("Disconnect", handle, LEAVE)
    assert program.read(program.handle()) == 0
    assert bench.card.powers == []


def test_end_of_transaction_with_reset_concerns_its_own_handle_too(program: Program) -> None:
    handle = program.handle()
    assert program("BeginTransaction", handle) == (0,)
    assert program("EndTransaction", handle, RESET) == (0,)
    assert program.read(handle) == RESET_CARD


# --------------------------------------------------------------- transactions
def test_transactions_nest_and_are_handed_over_at_once(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    assert first("EndTransaction", mine, LEAVE) == (NOT_TRANSACTED,)
    assert first("BeginTransaction", mine) == (0,)
    assert first("BeginTransaction", mine) == (0,)
    assert first("EndTransaction", mine, 77) == (INVALID_VALUE,)
    assert first("EndTransaction", mine, LEAVE) == (0,)
    assert second("BeginTransaction", other) == (SHARING,)
    assert second.read(other) == SHARING
    assert second("Status", other) == (SHARING,)
    assert second("EndTransaction", other, LEAVE) == (SHARING,)
    waiting = Waiting(second, "BeginTransaction", other)
    assert first("EndTransaction", mine, LEAVE) == (0,)
    assert waiting.outcome() == (0,)
    assert first.read(mine) == SHARING


def test_end_on_an_exclusive_handle_is_not_transacted(program: Program) -> None:
    handle = program.handle(EXCLUSIVE)
    assert program("EndTransaction", handle, LEAVE) == (NOT_TRANSACTED,)
    assert program("BeginTransaction", handle) == (0,)
    assert program("EndTransaction", handle, LEAVE) == (0,)


def test_many_programs_never_interleave_in_transactions(bench: Bench) -> None:
    seen: list[int] = []

    def work(number: int) -> None:
        program = bench.program()
        handle = program.handle()
        for _ in range(20):
            while program("BeginTransaction", handle) == (SHARING,):
                pass
            for _ in range(3):
                assert program.read(handle) == 0
                seen.append(number)
            assert program("EndTransaction", handle, LEAVE) == (0,)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    triples = [seen[i : i + 3] for i in range(0, len(seen), 3)]
    assert len(triples) == 80
    assert all(len(set(t)) == 1 for t in triples)


def test_a_connection_waits_for_the_end_of_a_transaction(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine = first.handle()
    first("BeginTransaction", mine)
    waiting = Waiting(second, "Connect", second.context, READER, SHARED, T1)
    waiting.thread.join(0.15)
    assert waiting.thread.is_alive()
    first("EndTransaction", mine, LEAVE)
    assert waiting.outcome()[0] == 0


def test_without_the_quirk_a_connection_does_not_wait(bench: Bench) -> None:
    bench.engine.connect_waits = False
    first, second = bench.program(), bench.program()
    first("BeginTransaction", first.handle())
    assert second.connect()[0] == 0


def test_removal_ends_a_transaction(bench: Bench) -> None:
    first, second = bench.program(), bench.program()
    mine = first.handle()
    first("BeginTransaction", mine)
    bench.engine.remove()
    assert first("EndTransaction", mine, LEAVE) == (REMOVED,)
    bench.engine.insert()
    assert second("BeginTransaction", second.handle()) == (0,)
    assert first("Reconnect", mine, SHARED, T1, LEAVE) == (SHARING,)


@pytest.mark.parametrize("call", ["BeginTransaction", "Connect", "Disconnect"])
def test_closing_ends_every_wait(bench: Bench, call: str) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    first("BeginTransaction", mine)
    args = {
        "BeginTransaction": (other,),
        "Connect": (second.context, READER, SHARED, T1),
        "Disconnect": (other, RESET),
    }[call]
    waiting = Waiting(second, call, *args)
    bench.engine.close()
    outcome = waiting.outcome()
    if call == "Disconnect":
        assert outcome == (0,)
    else:
        assert isinstance(outcome, Released)
    assert first.read(mine) == UNAVAILABLE
    assert bench.engine.states() == ()


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


@pytest.mark.parametrize(("raw", "first"), [(True, NOT_TRANSACTED), (False, REMOVED)])
def test_a_link_that_says_it_was_removed(bench: Bench, raw: bool, first: int) -> None:
    def gone(apdu: bytes) -> None:
        raise CardRemovedError(raw=raw)

    program = bench.program()
    handle = program.handle()
    bench.card.before = gone
    assert program.read(handle) == first
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
    assert program("Reconnect", handle, SHARED, T1, LEAVE) == (UNPOWERED,)
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
def test_attributes_and_control(program: Program) -> None:
    handle = program.handle()
    assert program("GetAttrib", handle, 0x90303) == (0, ATR)
    assert program("GetAttrib", handle, 0x7FFF0003) == (0, READER.encode() + b"\0")
    assert program("GetAttrib", handle, 0x10100) == (0, b"SONY")
    assert program("GetAttrib", handle, 0x7777)[0] == UNSUPPORTED
    assert program("SetAttrib", handle, 0x10100, b"x") == (NOT_TRANSACTED,)
    assert program("Control", handle, 0x42000000 + 3400, b"") == (0, b"")
    assert program("Control", handle, 0x42000001, b"\1")[0] == UNSUPPORTED
    assert program("GetAttrib", 1, 0x90303)[0] == INVALID_HANDLE


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

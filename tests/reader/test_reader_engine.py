"""The engine alone: sharing, transactions, resets; codes as measured on pcscd 1.9.9."""

from __future__ import annotations

import threading

import pytest
from reader_bench import (
    DIRECT,
    EJECT,
    EXCLUSIVE,
    INVALID_HANDLE,
    INVALID_VALUE,
    LEAVE,
    MISMATCH,
    NO_CARD,
    NOT_TRANSACTED,
    RAW,
    READ,
    READER,
    REMOVED,
    RESET,
    RESET_CARD,
    SHARED,
    SHARING,
    T0,
    T1,
    UNAVAILABLE,
    UNKNOWN_READER,
    UNPOWER,
    Bench,
    Program,
    Waiting,
)

from onshi.clock import Released
from onshi.reader.atr import choose_protocol, offered_protocols
from onshi.seams import Power


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
        ("3B", 0, 0),
        ("0011", 0, 0),
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
    waiting = Waiting(second, "Connect", second.context, READER, SHARED, T1)
    waiting.thread.join(0.1)
    assert waiting.thread.is_alive(), "as on pcscd: the lock of the exclusive time is still there"
    assert first("EndTransaction", handle, LEAVE) == (0,)
    assert waiting.outcome()[0] == 0
    assert first("EndTransaction", handle, LEAVE) == (NOT_TRANSACTED,)


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

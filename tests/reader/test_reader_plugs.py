"""Readers that are added, taken away, renamed; a service that restarts."""

from __future__ import annotations

import pytest
from reader_bench import (
    DIRECT,
    INVALID_HANDLE,
    LEAVE,
    NO_CARD,
    READER,
    RESET,
    SHARED,
    T0,
    T1,
    UNAVAILABLE,
    UNKNOWN_READER,
    Bench,
    ScriptedCard,
    Waiting,
)

from onshi.errors import OnshiError, UnknownNameError
from onshi.seams import Power

OTHER = "ACS ACR39U ICC Reader 00 00"


def names(bench: Bench) -> list[str]:
    return [one.name for one in bench.engine.states()]


# ----------------------------------------------------------------- first, gone
def test_a_reader_that_comes_first_is_empty_and_the_hands_keep_theirs(bench: Bench) -> None:
    program = bench.program()
    bench.engine.add_reader(OTHER, first=True)
    bench.engine.add_reader("last 00 00")
    assert names(bench) == [OTHER, READER, "last 00 00"]
    assert [one.state for one in bench.engine.states()] == [2, 0x34, 2]
    bench.engine.remove()
    assert [one.state for one in bench.engine.states()] == [2, 2, 2]
    bench.engine.insert()
    assert bench.engine.states()[1].events == 3
    assert bench.engine.index_of(READER) == 0, "the journal's number of a reader never changes"
    assert bench.engine.index_of(OTHER) == 1
    assert program("Connect", program.context, OTHER, SHARED, T0 | T1) == (NO_CARD,)
    assert program("Connect", program.context, OTHER, DIRECT, 0)[0] == 0


def test_a_reader_taken_away_is_gone_for_good(bench: Bench) -> None:
    program = bench.program()
    bench.engine.add_reader(OTHER)
    card = ScriptedCard()
    bench.engine.insert(card, OTHER)
    handle = program.handle()
    bench.engine.remove_reader(READER)
    assert names(bench) == [OTHER]
    assert program.read(handle) == UNAVAILABLE
    assert program.connect() == (UNKNOWN_READER,)
    with pytest.raises(UnknownNameError):
        bench.engine.plug(READER)
    bench.engine.remove()
    assert bench.engine.states()[0].state == 2, "the hands now have the other one"
    bench.engine.add_reader(READER)
    assert bench.engine.index_of(READER) == 2
    bench.engine.remove_reader(READER)
    bench.engine.remove_reader(OTHER)
    with pytest.raises(OnshiError, match="no reader"):
        bench.engine.insert(card)


# --------------------------------------------------------------------- renamed
def test_a_renamed_reader_is_another_one_to_programs(bench: Bench) -> None:
    program = bench.program()
    bench.engine.add_reader(OTHER)
    handle = program.handle()
    seen: list[list[str]] = []
    bench.engine.listeners.append(lambda: seen.append(names(bench)))
    new = READER.replace("00 00", "01 00")
    bench.engine.rename(READER, new)
    assert seen == [[OTHER], [new, OTHER]], "it goes and it comes, at its place in the list"
    assert bench.events == ["reinsert"]
    assert bench.engine.states()[0].state == 0x34
    assert program.read(handle) == UNAVAILABLE
    assert program.connect() == (UNKNOWN_READER,)
    code, handle, _ = program("Connect", program.context, new, SHARED, T0 | T1)
    assert (code, program.read(handle)) == (0, 0)
    assert bench.engine.index_of(new) == 0


def test_a_reader_renamed_while_unplugged_comes_back_by_hand(bench: Bench) -> None:
    bench.engine.unplug()
    bench.engine.rename(READER, OTHER)
    assert names(bench) == []
    bench.engine.plug()
    assert names(bench) == [OTHER]


@pytest.mark.parametrize("bad", ["", "x" * 128, "a\0b", READER])
def test_names_that_do_not_do(bench: Bench, bad: str) -> None:
    for change in (
        lambda: bench.engine.add_reader(bad),
        lambda: bench.engine.rename(READER, bad),
    ):
        with pytest.raises(OnshiError):
            change()
    assert names(bench) == [READER]
    with pytest.raises(UnknownNameError):
        bench.engine.rename("nope", OTHER)


# ------------------------------------------------------------------- restarted
def test_after_a_restart_everything_of_before_is_void(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    bench.engine.remove()
    bench.engine.insert()
    bench.card.powers.clear()
    told: list[str] = []
    bench.engine.restarted.append(lambda: told.append("restarted"))
    bench.engine.restart()
    assert told == ["restarted"]
    assert program.read(handle) == INVALID_HANDLE
    assert program.connect() == (INVALID_HANDLE,)
    assert program("ReleaseContext", program.context) == (INVALID_HANDLE,)
    assert bench.card.powers == [Power.OFF, Power.ON], "the card has lost its security status"
    assert bench.events[-1] == "reset"
    assert bench.engine.states()[0][1:4] == (1, 0x34, 0), "counters begin anew"
    again = bench.program()
    assert again.read(again.handle()) == 0


def test_an_unplugged_reader_stays_unplugged_over_a_restart(bench: Bench) -> None:
    bench.engine.unplug()
    bench.engine.restart()
    assert names(bench) == []
    bench.engine.plug()
    assert names(bench) == [READER]


@pytest.mark.parametrize("call", ["BeginTransaction", "Connect", "Disconnect"])
def test_a_restart_ends_what_waits_for_another_program(bench: Bench, call: str) -> None:
    first, second = bench.program(), bench.program()
    mine, other = first.handle(), second.handle()
    assert first("BeginTransaction", mine) == (0,)
    args = {
        "BeginTransaction": (other,),
        "Connect": (second.context, READER, SHARED, T1),
        "Disconnect": (other, RESET),
    }[call]
    waiting = Waiting(second, call, *args)
    bench.engine.restart()
    code = waiting.outcome()[0]
    if call == "Disconnect":
        assert code in (0, INVALID_HANDLE), "over with the service, or after it"
    else:
        assert code in (UNAVAILABLE, UNKNOWN_READER, INVALID_HANDLE)
    assert second.client.handles == {}
    assert bench.engine.states()[0].sharing == 0
    third = bench.program()
    assert third("BeginTransaction", third.handle()) == (0,), "the reader is free"


def test_a_card_that_hangs_does_not_hold_up_a_restart(bench: Bench) -> None:
    program = bench.program()
    handle = program.handle()
    card = bench.engine.card_in()
    assert card is not None
    with card.io:
        bench.engine.restart()
    assert bench.engine.states()[0].state == 0x34
    assert program("Disconnect", handle, LEAVE) == (INVALID_HANDLE,)

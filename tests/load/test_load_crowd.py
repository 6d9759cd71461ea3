"""Two hundred clients at once: real libpcsclite, eight processes with 25 contexts each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from load_clients import Client, clients, until
from onshi import Desk

PROCESSES, CONTEXTS, ROUNDS = 8, 25, 10
AT_ONCE = 3.0


def serving_threads() -> int:
    return sum(t.name == "onshi-pcsc-client" for t in threading.enumerate())


def test_two_hundred_clients_are_all_answered(built: Callable[[str], str]) -> None:
    before = serving_threads()
    with Desk(date="2025-10-20", in_process=False) as desk:
        programs = [
            Client(desk, built("crowd"), str(CONTEXTS), str(ROUNDS)) for _ in range(PROCESSES)
        ]
        with clients(*programs):
            for one in programs:
                one.wait_for("connected")
            assert desk.reader.states()[0].sharing == PROCESSES * CONTEXTS
            assert serving_threads() == before + PROCESSES * CONTEXTS
            for one in programs:
                one.go_on()
            for one in programs:
                assert one.finish()[-1] == f"answered {CONTEXTS * ROUNDS} failed 0"
            until(lambda: serving_threads() == before)
            assert desk.reader.states()[0].sharing == 0
        apdus = list(desk.journal.events("pcsc", "apdu"))
        assert len(apdus) == PROCESSES * CONTEXTS * ROUNDS


def test_half_of_them_die_in_the_middle_and_the_others_are_answered(
    built: Callable[[str], str],
) -> None:
    with Desk(date="2025-10-20", in_process=False) as desk:
        programs = [Client(desk, built("crowd"), str(CONTEXTS), str(ROUNDS)) for _ in range(4)]
        with clients(*programs):
            for one in programs:
                one.wait_for("connected")
            for one in programs:
                one.go_on()
            for one in programs[:2]:
                one.process.kill()
            for one in programs[2:]:
                assert one.finish()[-1] == f"answered {CONTEXTS * ROUNDS} failed 0"
            until(lambda: desk.reader.states()[0].sharing == 0)


def test_a_desk_that_closes_in_the_rush_lets_all_of_them_go(built: Callable[[str], str]) -> None:
    before = serving_threads()
    desk = Desk(date="2025-10-20", in_process=False)
    programs = [Client(desk, built("crowd"), str(CONTEXTS), "1000000") for _ in range(4)]
    with clients(*programs):
        for one in programs:
            one.wait_for("connected")
        for one in programs:
            one.go_on()
        until(lambda: len(desk.journal) > 1000)
        begin = time.monotonic()
        desk.close()
        assert time.monotonic() - begin < AT_ONCE
        for one in programs:
            assert one.finish(10)[-1].endswith(f"failed {CONTEXTS}")
        assert serving_threads() == before

"""A hang ends at its deadline, and the client gets an error: libpcsclite knows no time-out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from load_clients import Call, Client, clients
from onshi import Desk
from onshi.faults.registry import fault_names, find_fault
from onshi.seams import Seam

DEADLINE = 0.5
OK = 0
COMM_ERROR = 0x80100013
NOT_TRANSACTED = 0x80100016
CALLS = {
    "EstablishContext": "EstablishContext",
    "ListReaders": "ReadersState",
    **{
        name: name
        for name in (
            "Connect",
            "Status",
            "GetAttrib",
            "Control",
            "BeginTransaction",
            "Transmit",
            "EndTransaction",
            "Reconnect",
            "Disconnect",
            "ReleaseContext",
        )
    },
}
"""Calls of a program, and what each is called in a schedule."""


LONG: dict[str, tuple[dict[str, Any], str, int]] = {
    "card.hang": ({}, "Transmit", COMM_ERROR),
    "card.freeze": ({"gives_up_after": 60.0}, "Transmit", NOT_TRANSACTED),
    "card.slow": ({"seconds": 60.0}, "Transmit", OK),
    "reader.hang": ({}, "Transmit", COMM_ERROR),
    "reader.slow": ({"seconds": 60.0}, "Transmit", OK),
    "reader.sharing": ({"hold": "transaction", "attempts": 600}, "Status", OK),
}
"""Faults that make a call wait, set to wait long: at which call, and how it ends."""


def waiting() -> set[str]:
    """Faults that make a call wait, found by their text."""
    modules = {name: inspect.getmodule(find_fault(name)) for name in fault_names()}
    seams = {name: find_fault(name).SEAM for name in modules}
    return {
        name
        for name, module in modules.items()
        if module is not None
        and seams[name] in (Seam.CARD, Seam.READER)
        and re.search(r"\brun\.(wait|hang)\(", inspect.getsource(module))
    }


def hung_desk(stack: ExitStack, fault: str, call: str = "", **how: Any) -> Desk:
    desk = stack.enter_context(
        Desk(date="2025-10-20", time="real", deadline=DEADLINE, in_process=False)
    )
    seam = find_fault(fault).SEAM
    when = {"first": 1, **({"match": call} if call and seam is Seam.READER else {})}
    desk.inject(fault, when=when, **how)
    return desk


def assert_ended_in_time(lines: list[str], call: str, code: int) -> None:
    seen = [Call.of(line) for line in lines]
    hung = next(one for one in seen if one.name == call)
    assert hung.code == code
    assert DEADLINE - 0.05 <= hung.seconds < DEADLINE + 1.5
    assert [one.code for one in seen if one is not hung] == [OK] * (len(seen) - 1)
    assert all(one.seconds < DEADLINE for one in seen if one is not hung)


def test_every_call_that_can_hang_ends_at_the_deadline(built: Callable[[str], str]) -> None:
    """A desk and a program for each call, all at once."""
    with ExitStack() as stack:
        desks = [hung_desk(stack, "reader.hang", call) for call in CALLS.values()]
        started = stack.enter_context(clients(*(Client(d, built("calls")) for d in desks)))
        for name, client in zip(CALLS, started, strict=True):
            assert_ended_in_time(client.finish(), name, COMM_ERROR)


def test_every_fault_that_makes_wait_ends_at_the_deadline(built: Callable[[str], str]) -> None:
    assert waiting() == set(LONG)
    with ExitStack() as stack:
        desks = [hung_desk(stack, name, at, **how) for name, (how, at, _) in LONG.items()]
        started = stack.enter_context(clients(*(Client(d, built("calls")) for d in desks)))
        for client, (_, at, code) in zip(started, LONG.values(), strict=True):
            assert_ended_in_time(client.finish(), at, code)


def test_another_program_cannot_begin_within_a_transaction(built: Callable[[str], str]) -> None:
    """It would wait for the program that waits for it."""
    with ExitStack() as stack:
        desk = hung_desk(stack, "reader.sharing", "Transmit", hold="transaction")
        (client,) = stack.enter_context(clients(Client(desk, built("calls"))))
        seen = [Call.of(line) for line in client.finish()]
        assert [one.code for one in seen] == [OK] * len(CALLS)
        assert [e["rv"] for e in desk.journal.events("fault", "not_free")] == ["8010000B"]


def test_after_a_hang_the_next_program_is_served(built: Callable[[str], str]) -> None:
    with ExitStack() as stack:
        desk = hung_desk(stack, "card.hang")
        for call in ("Transmit", None):
            (client,) = stack.enter_context(clients(Client(desk, built("calls"))))
            failed = [Call.of(line).name for line in client.finish() if Call.of(line).code]
            assert failed == ([call] if call else [])

"""Closing a desk releases whoever waits in it, at once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from load_clients import Call, Client, clients
from onshi import Desk

COMM_ERROR = 0x80100013
NO_SERVICE = 0x8010001D
AT_ONCE = 1.0
T1, SHARED = 2, 2


def closed_while_they_wait(desk: Desk, *waiting: Client) -> list[Call]:
    """Close the desk; what each client's last call came to. All of them began before."""
    for client in waiting:
        client.go_on()
        client.wait_for("going")
        client.wait_until_asleep()
    begin = time.monotonic()
    desk.close()
    assert time.monotonic() - begin < AT_ONCE
    ends = [Call.of(client.finish()[-1]) for client in waiting]
    assert all(one.begin < begin < one.end < begin + AT_ONCE for one in ends), (begin, ends)
    return ends


@pytest.mark.parametrize("time_of_desk", ["real", "virtual"])
def test_who_waits_for_another_program(built: Callable[[str], str], time_of_desk: str) -> None:
    """Another program is in the middle of a transaction, and stays there."""
    desk = Desk(date="2025-10-20", time=time_of_desk, in_process=False)  # type: ignore[arg-type]
    holder = desk.reader.client()
    name = desk.reader.states()[0].name
    _, context = desk.reader.call("EstablishContext", holder, 0)
    _, handle, _ = desk.reader.call("Connect", holder, context, name, SHARED, T1)
    calls = ("Connect", "BeginTransaction", "Reset", "StatusChange")
    with clients(*(Client(desk, built("calls"), one) for one in calls)) as waiting:
        for client in waiting:
            client.wait_for("ready")
        assert desk.reader.call("BeginTransaction", holder, handle) == (0,)
        connect, begin, _, change = closed_while_they_wait(desk, *waiting)
        assert (connect.code, begin.code) == (COMM_ERROR, COMM_ERROR)
        # Told of the change, it looks again: how far it gets before the socket goes is a race.
        assert change.code in (0, COMM_ERROR, NO_SERVICE)


@pytest.mark.parametrize("fault", ["card.hang", "reader.hang"])
def test_who_waits_for_an_answer_that_never_comes(built: Callable[[str], str], fault: str) -> None:
    desk = Desk(date="2025-10-20", time="real", deadline=90, in_process=False)
    desk.inject(fault)
    with clients(Client(desk, built("calls"), "Transmit")) as (client,):
        client.wait_for("ready")
        (transmit,) = closed_while_they_wait(desk, client)
        assert transmit.code == COMM_ERROR


def test_who_calls_after_the_end_finds_no_service(built: Callable[[str], str]) -> None:
    desk = Desk(date="2025-10-20", in_process=False)
    with clients(Client(desk, built("calls"), "Transmit")) as (client,):
        client.wait_for("ready")
        desk.close()
        client.go_on()
        transmit = Call.of(client.finish()[-1])
        assert (transmit.code, transmit.seconds < AT_ONCE) == (NO_SERVICE, True)

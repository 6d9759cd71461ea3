"""No trouble of the catalogue holds a program's call longer than the desk's deadline."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from load_clients import Call, Client, clients
from onshi import Desk
from onshi.catalogue.load import load_troubles

DEADLINE, MARGIN = 0.5, 1.5
AT_ONCE = 16


def met_at_the_reader() -> list[str]:
    """Troubles that a product with a PC/SC reader meets and that can be brought about."""
    found = load_troubles().values()
    return sorted(t.id for t in found if t.fault and "pcsc" in t.surfaces)


def met(stack: ExitStack, trouble: str, program: str) -> Client:
    desk = stack.enter_context(
        Desk(date="2025-10-20", time="real", deadline=DEADLINE, in_process=False)
    )
    desk.apply(trouble)
    return Client(desk, program)


def test_every_call_comes_back(built: Callable[[str], str]) -> None:
    every = met_at_the_reader()
    assert len(every) > 20
    for first in range(0, len(every), AT_ONCE):
        meet(built("calls"), every[first : first + AT_ONCE])


def meet(program: str, ids: list[str]) -> None:
    """A desk and a program for each, all at once."""
    with ExitStack() as stack:
        programs = clients(*(met(stack, trouble, program) for trouble in ids))
        for trouble, client in zip(ids, stack.enter_context(programs), strict=True):
            calls = [Call.of(line) for line in client.finish()]
            assert calls, trouble
            slow = [one for one in calls if one.seconds > DEADLINE + MARGIN]
            assert not slow, (trouble, slow)

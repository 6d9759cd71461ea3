"""Readers that go and come back, as several faults need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from onshi.faults.base import FaultRun

__all__ = ["AWAY", "WATCHED", "after_looks", "gone_while_watched", "when_watched"]

WATCHED = frozenset({"Transmit", "Wait"})
"""Where a reader is lost unless a schedule's ``match`` says otherwise: in the middle of an
exchange, or under the eyes of a program that only waits for something to change."""
AWAY = 1.0
"""Seconds after which it is back where a program only watches."""
_WATCHED_FOR = 0.5
"""Seconds it watches before: libpcsclite says that it waits when it only wants to look, too."""


@runtime_checkable
class _Patient(Protocol):
    """Hands that know when programs look at the list of readers."""

    def after_looks(self, looks: int, then: Callable[[], None]) -> None: ...


def after_looks(run: FaultRun, looks: int, then: Callable[[], None]) -> bool:
    """Call ``then`` when programs have looked so often, or when one waits for a change.

    False, and nothing is called ever, with hands that cannot tell (a relay).
    """
    hands = run.hands
    if isinstance(hands, _Patient):
        hands.after_looks(looks, then)
        return True
    return False


def gone_while_watched(names: tuple[str, ...], run: FaultRun) -> bool | None:
    """For ``in_force``: a program that only waits sees the reader go once, and come back in peace.

    One that has just begun must have seen the list of readers before. A ``match`` that names
    Wait takes the schedule at its word.
    """
    if names[0] in ("EstablishContext", "ReadersState"):
        run.state["begins"] = names[0] == "EstablishContext"
    if names[0] not in WATCHED or run.runtime.schedule.match:
        return None
    if names[0] == "Transmit":
        run.state["exchanged"] = True
        return None
    if run.state.get("begins"):
        return False
    seen = run.state.get("watched", "exchanged" in run.state)
    run.state["watched"] = True
    return False if seen else None


def when_watched(run: FaultRun, then: Callable[[], None]) -> None:
    """Call ``then`` when a program has watched for a while, and nobody uses the card meanwhile."""

    def go() -> None:
        if not run.over and "exchanged" not in run.state:
            then()

    run.clock.later(_WATCHED_FOR, go)

"""Readers that go and come back, as several faults need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from onshi.faults.base import FaultRun

__all__ = ["WATCHED", "after_looks", "gone_while_watched"]

WATCHED = frozenset({"Transmit", "Wait"})
"""Where a reader is lost unless a schedule's ``match`` says otherwise: in the middle of an
exchange, or under the eyes of a program that only waits for something to change."""


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

    A ``match`` that names Wait takes the schedule at its word.
    """
    if names[0] not in WATCHED or run.runtime.schedule.match:
        return None
    seen = run.state.get("watched", False)
    run.state["watched"] = True
    return False if seen and names[0] == "Wait" else None

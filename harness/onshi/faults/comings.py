"""Readers that go and come back, as several faults need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun
from onshi.seams import ReaderCalls

__all__ = ["Unplugging", "after_looks", "watched"]

_AWAY = 1.0
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


def watched(names: tuple[str, ...], run: FaultRun, then: Callable[[], None]) -> bool | None:
    """For ``in_force``: call ``then`` once, for a program that has only waited for a while.

    It is a strike like any other, counted when it comes about, which it does not where somebody
    uses the card by then. A program that has just begun must have seen the list of readers
    before. A schedule with a ``match`` is taken at its word instead.
    """
    if names[0] in ("EstablishContext", "ReadersState"):
        run.state["begins"] = names[0] == "EstablishContext"
    if names[0] not in ("Transmit", "Wait") or run.runtime.schedule.match:
        return None
    if names[0] == "Transmit":
        run.state["exchanged"] = True
        return None

    def strike() -> None:
        if not run.over and "exchanged" not in run.state and run.due("Wait"):
            then()

    if not run.state.get("begins") and run.state.setdefault("watched", strike) is strike:
        run.clock.later(_WATCHED_FOR, strike)
    return False


class Unplugging(Fault, frozen=True, kw_only=True):
    """What faults share whose reader goes: during a call, or under the eyes of a program that only
    waits for a change; that one sees it go once, and come back, if it does, a second later.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    def leave(self, run: FaultRun) -> None:
        """The reader goes."""
        run.hands.unplug()

    @property
    def returns(self) -> bool:
        """Whether it ever comes back by itself."""
        return True

    def come_back(self, run: FaultRun) -> None:
        """It has gone during a call: see to it that it comes back, now or later."""

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return watched(names, run, lambda: self._watched(run))

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        if name == "Wait":
            self._watched(run)
        else:
            self.leave(run)
            if self.returns:
                self.come_back(run)
        return calls.call(name, client, args)

    def _watched(self, run: FaultRun) -> None:
        self.leave(run)
        if self.returns:
            run.clock.later(_AWAY, run.hands.plug)

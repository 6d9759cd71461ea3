"""What the wire faults of a desk do to one connection: when, for how long, and how it ends."""

from __future__ import annotations

import asyncio

from onshi.doors.backstage import Backstage
from onshi.doors.notes import Notes
from onshi.doors.wire import Line
from onshi.seams import WireAction, WireEvent

__all__ = ["Interference"]

_NOTHING = WireAction()
_SHOWN = ("delay", "status", "framing", "length", "pace", "cut_after", "end", "alert", "tls")


class Interference:
    """One connection's faults, with a desk behind it or without, where nothing happens."""

    def __init__(self, line: Line, backstage: Backstage | None, notes: Notes) -> None:
        self._line, self._backstage, self._notes = line, backstage, notes

    async def at(self, event: WireEvent) -> WireAction | None:
        """What the desk's faults do at this stage, with its delay already waited."""
        if self._backstage is None:
            return None
        action = self._backstage.at(event)
        if action is None:
            return None
        done = {k: getattr(action, k) for k in _SHOWN if getattr(action, k) != getattr(_NOTHING, k)}
        self._notes.event("wire", stage=event.stage.value, **done)
        await self.wait(action.delay)
        return action

    async def end(self, how: str) -> None:
        """``stall`` says nothing until the deadline and closes, ``reset`` is RST, else FIN."""
        if how == "stall":
            await self.wait(self._deadline)
        if how == "reset":
            await self._line.reset()
        else:
            await self._line.close()

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass, never beyond the deadline.

        Raises ConnectionAbortedError when the client leaves, or the desk closes, meanwhile.
        """
        if self._backstage is None or seconds <= 0:
            return
        seconds = min(seconds, self._deadline)
        clock = self._backstage.clock
        try:
            await asyncio.wait_for(self._line.gone.wait(), seconds * clock.scale)
        except TimeoutError:
            if clock.released.is_set():
                raise ConnectionAbortedError from None
            return self._notes.passed(seconds)
        self._notes.event("left")
        raise ConnectionAbortedError

    @property
    def _deadline(self) -> float:
        return self._backstage.deadline if self._backstage is not None else 0.0

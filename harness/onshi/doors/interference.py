"""What the wire faults of a desk do to one connection: when, for how long, and how it ends."""

from __future__ import annotations

import asyncio
from typing import Any

from onshi.doors.answering import Outgoing
from onshi.doors.backstage import Backstage
from onshi.doors.notes import Notes
from onshi.doors.wire import Line
from onshi.seams import WireAction, WireEvent

__all__ = ["Interference", "shown"]

_NOTHING = WireAction()
_UNSHOWN = frozenset({"reason", "content_type", "body"})


def shown(action: WireAction) -> dict[str, Any]:
    """An action as the journal has it: what it changes, without contents and functions."""
    return {
        name: _said(value)
        for name in action.__struct_fields__
        if name not in _UNSHOWN and (value := getattr(action, name)) != getattr(_NOTHING, name)
    }


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return len(value)
    return True if callable(value) else value


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
        self._notes.event("wire", stage=event.stage.value, **shown(action))
        await self.wait(action.delay)
        return action

    async def send(self, out: Outgoing) -> bool:
        """Send it at its pace; False: the deadline came before its last piece.

        Raises ConnectionError when the client leaves, or the desk closes, meanwhile.
        """
        if out.pace is None or self._backstage is None:
            await self._line.send(out.data)
            return True
        loop = asyncio.get_running_loop()
        began, scale = loop.time(), self._backstage.clock.scale
        passed = 0.0
        try:
            for due, piece in out.pieces():
                in_time = due <= self._deadline
                passed = min(due, self._deadline)
                await self._gone_within(began + passed * scale - loop.time())
                if not in_time:
                    return False
                await self._line.send(piece)
        finally:
            self._notes.passed(passed)
        return True

    async def stall(self) -> None:
        """Say nothing until the deadline. Raises as :meth:`wait` does."""
        await self.wait(self._deadline)

    def bounded(self) -> asyncio.Timeout:
        """What happens inside takes no longer than the deadline: TimeoutError then."""
        scale = self._backstage.clock.scale if self._backstage is not None else 1.0
        return asyncio.timeout(self._deadline * scale)

    async def end(self, how: str) -> None:
        """End the connection as :class:`WireAction` has it; "stall" ends with the deadline."""
        if how == "stall":
            await self.wait(self._deadline)
        if how == "reset":
            await self._line.reset()
        else:
            await self._line.close(notify=how == "farewell")

    async def wait(self, seconds: float) -> None:
        """Let simulated time pass, never beyond the deadline.

        Raises ConnectionAbortedError when the client leaves, or the desk closes, meanwhile.
        """
        if self._backstage is None or seconds <= 0:
            return
        seconds = min(seconds, self._deadline)
        await self._gone_within(seconds * self._backstage.clock.scale)
        self._notes.passed(seconds)

    async def _gone_within(self, seconds: float) -> None:
        """Wait real seconds. Raises ConnectionAbortedError when that is of no use any more."""
        assert self._backstage is not None
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._line.gone.wait()
        except TimeoutError:
            if self._backstage.clock.released.is_set():
                raise ConnectionAbortedError from None
            return
        self._notes.event("left")
        raise ConnectionAbortedError

    @property
    def _deadline(self) -> float:
        return self._backstage.deadline if self._backstage is not None else 0.0

"""What one connection leaves in the desk's journal: a lane that begins with its first event."""

from __future__ import annotations

from typing import Any

from onshi.doors.backstage import Backstage
from onshi.journal import Lane

__all__ = ["Notes"]


class Notes:
    """One connection's lane, shared by everything that happens on it. Silent without a desk."""

    def __init__(self, backstage: Backstage | None) -> None:
        self._backstage = backstage
        self._lane: Lane | None = None

    def event(self, what: str, /, **fields: Any) -> None:
        """Append one event; see :meth:`onshi.journal.Lane.event`."""
        if self._backstage is None:
            return
        if self._lane is None:
            self._lane = self._backstage.journal.lane("webapi")
        self._lane.event(what, **fields)

    def passed(self, seconds: float) -> None:
        """The connection waited ``seconds`` of simulated time."""
        if self._lane is not None:
            self._lane.passed(seconds)

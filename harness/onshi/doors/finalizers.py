"""Calls that finalizers make while garbage is collected, in whatever thread the collector runs.

That may be the thread of a door, or one that holds a lock of the engine: a call into the engine
would wait for itself. So such a call is made a moment later, by a thread of its own.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue
from typing import Any

__all__ = ["FINAL", "Later", "later"]

FINAL = ("SCardDisconnect", "SCardEndTransaction", "SCardReleaseContext")
"""What pyscard's finalizers call."""


class Later:
    """Calls made during a collection, made one after the other once it is over."""

    def __init__(self) -> None:
        self._collecting = 0
        self._calls: SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]]] = SimpleQueue()
        gc.callbacks.append(self._note)
        threading.Thread(target=self._run, name="onshi-finalizers", daemon=True).start()

    def _note(self, phase: str, info: dict[str, int]) -> None:
        self._collecting = threading.get_ident() if phase == "start" else 0

    def _run(self) -> None:
        while True:
            function, args = self._calls.get()
            function(*args)

    def guard(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function; during a collection it answers 0 and is called later."""

        def guarded(*args: Any) -> Any:
            if self._collecting != threading.get_ident():
                return function(*args)
            self._calls.put((function, args))
            return 0

        return guarded


@cache
def later() -> Later:
    """This process's, made at first use."""
    return Later()

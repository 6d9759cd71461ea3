"""One thread that looks into many folders, again and again.

Looking is done by polling, because change notifications do not arrive on shares. Folders on
one file system share a thread; a share that does not answer holds up only its own.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import ClassVar

__all__ = ["INTERVAL", "Watch"]

INTERVAL = 0.015
"""Seconds between looks."""

_END = 2.0
_log = logging.getLogger("onshi.watcher")


class Watch:
    """``look`` is called every :data:`INTERVAL` seconds until :meth:`end`.

    ``device`` is the file system it looks at (``st_dev``).
    """

    def __init__(self, device: int, look: Callable[[], None]) -> None:
        self._look = look
        self._busy = threading.Lock()
        self._ended = False
        self._watcher = _Watcher.of(device, self)

    def end(self) -> None:
        """No look is begun any more, and the last one is over, or was waited for 2 s."""
        self._ended = True
        self._watcher.leave(self)
        if self._busy.acquire(timeout=_END):
            self._busy.release()

    def silent(self) -> float:
        """For how many seconds the file system has not answered a look; usually 0."""
        since = self._watcher.since
        return time.monotonic() - since if since is not None else 0.0

    def once(self) -> None:
        """One look, unless it was ended."""
        with self._busy:
            if self._ended:
                return
            try:
                self._look()
            except Exception:
                self._ended = True
                _log.exception("a folder is not looked at any more because looking failed")


class _Watcher:
    """The thread of one file system; it ends when nobody is left."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _all: ClassVar[dict[tuple[int, int], _Watcher]] = {}

    def __init__(self, key: tuple[int, int]) -> None:
        self._key = key
        self._watches: list[Watch] = []
        self._left = threading.Event()
        self.since: float | None = None
        threading.Thread(target=self._run, name="onshi-folders", daemon=True).start()

    @classmethod
    def of(cls, device: int, watch: Watch) -> _Watcher:
        """The one for this file system, with ``watch`` added. A forked child has its own."""
        key = (os.getpid(), device)
        with cls._lock:
            found = cls._all.get(key)
            if found is None:
                found = cls._all[key] = cls(key)
            found._watches = [*found._watches, watch]
            return found

    def leave(self, watch: Watch) -> None:
        with self._lock:
            self._watches = [w for w in self._watches if w is not watch]
            if not self._watches:
                self._all.pop(self._key, None)
                self._left.set()

    def _run(self) -> None:
        while not self._left.wait(INTERVAL):
            for watch in self._watches:
                self.since = time.monotonic()
                watch.once()
            self.since = None

"""One thread that looks into many folders, again and again, and at once when it is told to.

Folders on one file system share a thread; a share that does not answer holds up only its own.
Notifications do not arrive from the other side of a share, and run out where many programs want
them: so every folder is looked at now and then, notified or not, and nothing has to be set.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable
from typing import ClassVar

from onshi.doors import inotify
from onshi.doors.ears import Ears, News

__all__ = ["INTERVAL", "SOON", "Heard", "Watch"]

INTERVAL = 0.1
"""Seconds between looks that nobody asked for."""

SOON = 0.03
"""Seconds to the second look at a file of which it is not known whether it is whole."""

GRACE = 0.005
"""Seconds for which a closed file is its writer's: copying programs set its mode and date by its
name, and would find that it is gone."""

_BEGIN = 1.0
_END = 2.0
_log = logging.getLogger("onshi.watcher")


class Heard:
    """What notifications have told of the files of one folder; without any, nothing."""

    def __init__(self) -> None:
        self._created: set[str] = set()
        self._writing: set[str] = set()
        self._whole: dict[str, float] = {}

    def whole(self, name: str) -> bool:
        """Whether its writer has closed it and left it alone since, or it came by a rename."""
        return self._whole.get(name, math.inf) <= time.monotonic()

    def being_written(self, name: str, size: int) -> bool:
        """Whether a writer is busy with it. A link appears with its content, and that is all."""
        if name in self._writing or self._whole.get(name, 0.0) > time.monotonic():
            return True
        return size == 0 and name in self._created

    def told(self, what: int, name: str) -> float | None:
        """Take in one notification; the seconds after which a look is worth while, if at all."""
        if what & (inotify.MODIFY | inotify.CREATE):
            self._whole.pop(name, None)
            (self._writing if what & inotify.MODIFY else self._created).add(name)
            return 0.0 if what & inotify.CREATE else None
        self._created.discard(name)
        self._writing.discard(name)
        self._whole.pop(name, None)
        if what & (inotify.CLOSE_WRITE | inotify.MOVED_TO):
            wait = GRACE if what & inotify.CLOSE_WRITE else 0.0
            self._whole[name] = time.monotonic() + wait
            return wait
        return None

    def forget(self) -> None:
        """Notifications were lost: nothing is known any more."""
        self._created.clear()
        self._writing.clear()
        self._whole.clear()


class Watch:
    """``look`` is called at least every :data:`INTERVAL` seconds until :meth:`end`.

    It returns whether another look is wanted :data:`SOON`. ``device`` is the file system it looks
    at (``st_dev``). Notifications of what happens in ``folder``, where there are some, are kept in
    ``heard``, and bring the next look about at once.
    """

    def __init__(
        self,
        device: int,
        look: Callable[[], bool | None],
        folder: str = "",
        heard: Heard | None = None,
    ) -> None:
        self._look = look
        self.folder, self.heard = folder, heard or Heard()
        self._busy = threading.Lock()
        self._ended = False
        self.begun = threading.Event()
        self._watcher = _Watcher.of(device, self)
        self.begun.wait(_BEGIN)  # what is created from now on is heard of

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

    def once(self) -> bool:
        """One look, unless it was ended; whether another is wanted soon."""
        with self._busy:
            if self._ended:
                return False
            try:
                return bool(self._look())
            except Exception:
                self._ended = True
                _log.exception("a folder is not looked at any more because looking failed")
                return False


class _Watcher:
    """The thread of one file system; it ends when nobody is left."""

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _all: ClassVar[dict[tuple[int, int], _Watcher]] = {}

    def __init__(self, key: tuple[int, int]) -> None:
        self._key = key
        self._watches: list[Watch] = []
        self._left, self._joined = threading.Event(), threading.Event()
        self._ears = Ears()
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
            found._joined.set()
            found._ears.wake()
            return found

    def leave(self, watch: Watch) -> None:
        with self._lock:
            self._watches = [w for w in self._watches if w is not watch]
            if not self._watches:
                self._all.pop(self._key, None)
                self._left.set()
                self._ears.wake()

    def _run(self) -> None:
        due, wanted = time.monotonic(), [math.inf]
        while not self._left.is_set():
            wait = max(0.0, min(due, *wanted) - time.monotonic())
            found, later = self._told(self._ears.wait(wait))
            now = time.monotonic()
            if now >= due or self._joined.is_set():
                self._joined.clear()
                due = now + INTERVAL
                found = self._watches
                self.since = now
                self._ears.listen([w.folder for w in found if w.folder])
                for watch in found:
                    watch.begun.set()
            if now >= min(wanted):
                found, wanted = self._watches, [at for at in wanted if at > now]
            if self._look(found):
                later.append(SOON)
            wanted += [time.monotonic() + seconds for seconds in later]
        self._ears.close()

    def _told(self, news: list[News]) -> tuple[list[Watch], list[float]]:
        """Those whose folder is worth a look now, and in how many seconds one is again."""
        if any(one.what & inotify.OVERFLOW for one in news):
            for watch in self._watches:
                watch.heard.forget()
            return self._watches, []
        due, later = [], []
        for watch in self._watches:
            waits = [watch.heard.told(n.what, n.name) for n in news if n.folder == watch.folder]
            if 0.0 in waits:
                due.append(watch)
            later += [wait for wait in waits if wait]
        return due, later

    def _look(self, watches: list[Watch]) -> bool:
        """Whether one of them wants another look soon."""
        soon = False
        for watch in watches:
            self.since = time.monotonic()
            soon = watch.once() or soon
        self.since = None
        return soon

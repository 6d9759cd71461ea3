"""Waiting for news of folders: by notifications where the system has them, else by time alone."""

from __future__ import annotations

import errno
import logging
import os
import select
import threading
from collections.abc import Iterable
from typing import NamedTuple

from onshi.doors.inotify import OVERFLOW, Inotify

__all__ = ["Ears", "News", "why_deaf"]

_log = logging.getLogger("onshi.watcher")


class News(NamedTuple):
    """``what`` happened to the file ``name`` of ``folder``; OVERFLOW: news were lost."""

    folder: str
    what: int
    name: str


class _Bell:
    """Readable once it has been rung; it may be rung by any thread, closed or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def fileno(self) -> int:
        return self._fd

    def ring(self) -> None:
        with self._lock:
            if self._fd >= 0:
                os.eventfd_write(self._fd, 1)

    def still(self) -> None:
        try:
            os.eventfd_read(self._fd)
        except BlockingIOError:
            pass

    def close(self) -> None:
        with self._lock:
            fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


class Ears:
    """Hears of any number of folders, or of none where no notifications are to be had.

    Everything but :meth:`wake` is for the one thread that waits.
    """

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._folders: dict[int, str] = {}
        self._inotify: Inotify | None = None
        self._bell: _Bell | None = None
        try:
            self._inotify = Inotify()
            self._bell = _Bell()
        except OSError as e:
            self._go_deaf(e)

    def listen(self, folders: Iterable[str]) -> None:
        """Hear of these folders and of no others. One that is not there is left out."""
        if self._inotify is None:
            return
        wanted: dict[int, str] = {}
        for folder in folders:
            try:
                wanted[self._inotify.add(folder)] = folder
            except OSError as e:
                if e.errno in (errno.ENOSPC, errno.ENOMEM):
                    return self._go_deaf(e)
        for number in self._folders.keys() - wanted.keys():
            self._inotify.remove(number)
        self._folders = wanted

    def wait(self, seconds: float) -> list[News]:
        """What there is news of; nothing when woken, or after ``seconds``."""
        if self._inotify is None or self._bell is None:
            self._woken.wait(seconds)
            self._woken.clear()
            return []
        poll = select.poll()
        poll.register(self._inotify, select.POLLIN)
        poll.register(self._bell, select.POLLIN)
        poll.poll(seconds * 1000)
        self._bell.still()
        return [
            News(self._folders.get(one.number, ""), one.what, one.name)
            for one in self._inotify.read()
            if one.number in self._folders or one.what & OVERFLOW
        ]

    def wake(self) -> None:
        """End the wait that is going on, or the next one."""
        self._woken.set()
        if (bell := self._bell) is not None:
            bell.ring()

    def close(self) -> None:
        """Hear of nothing any more."""
        for part in (self._inotify, self._bell):
            if part is not None:
                part.close()
        self._inotify = None

    def _go_deaf(self, e: OSError) -> None:
        self.close()
        _log.info("no change notifications, folders are polled: %s %s", *_reason(e))


def why_deaf(folder: str) -> tuple[str, str]:
    """Why there are no notifications of ``folder`` and what to do; empty when there are."""
    try:
        inotify = Inotify()
        try:
            inotify.add(folder)
        finally:
            inotify.close()
    except OSError as e:
        return _reason(e)
    return "", ""


def _reason(e: OSError) -> tuple[str, str]:
    limits = {errno.EMFILE: "max_user_instances", errno.ENOSPC: "max_user_watches"}
    limit = limits.get(e.errno or 0)
    advice = f"end programs that watch files, or sysctl -w fs.inotify.{limit}=8192" if limit else ""
    return e.strerror or str(e), advice

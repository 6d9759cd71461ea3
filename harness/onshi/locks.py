"""A file that one process holds: until it says so or dies, whatever kills it.

``flock`` on POSIX, a locked byte on Windows; the system lets go of either when the process
ends. A forked child lets go of its copy at once: a lock follows the process that took it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["FileLock"]

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_NO_LOCKS_HERE = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


class FileLock:
    """One held lock; made by :meth:`take`."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path, self._fd = path, fd
        _all.add(self)

    @classmethod
    def take(cls, path: Path, *, create: bool = True) -> FileLock | None:
        """Hold ``path`` without waiting; None when somebody else does, or it is just vanishing.

        With ``create`` the file is made (0600) where it is missing; its folder must be there.
        A share that knows no locks is taken as held by us: nobody could tell. Raises
        :class:`OSError` when the file cannot be opened.
        """
        flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | (os.O_CREAT if create else 0)
        fd = os.open(path, flags, 0o600)
        try:
            _hold(fd)
            same = os.path.samestat(os.fstat(fd), path.stat(follow_symlinks=False))
        except FileNotFoundError:
            same = False
        except OSError as e:
            if e.errno not in _HELD | _NO_LOCKS_HERE:
                os.close(fd)
                raise
            same = e.errno in _NO_LOCKS_HERE
        if not same:
            os.close(fd)
            return None
        return cls(path, fd)

    def still_there(self) -> bool:
        """Whether the path is still the file that is held: a folder may be made anew."""
        try:
            found = self.path.stat(follow_symlinks=False)
        except OSError:
            return False
        return self._fd >= 0 and os.path.samestat(os.fstat(self._fd), found)

    def release(self) -> None:
        """Let go; the file stays. Idempotent."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)


def _hold(fd: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


_all: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _let_go() -> None:
    for lock in list(_all):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)

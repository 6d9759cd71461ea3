"""The one private directory of this process, in which everything temporary lives.

It is 0700 and short, because a socket path has at most 107 bytes. A process that is killed
cannot clean up, so the next one does: a directory of the same user whose lock nobody holds
any more has lost its process.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from onshi.errors import OnshiError
from onshi.locks import FileLock

__all__ = ["Workspace", "workspace"]

_PREFIX = "onshi-"
_LOCK = "onshi.lock"
_LONGEST_ROOT = 60
_TRIES = 20
_MOST_ENTRIES = 20_000
_MOST_SECONDS = 2.0


class Workspace:
    """A directory below ``root``, held by a lock for as long as this process wants it.

    ``root``: ``XDG_RUNTIME_DIR`` where that is short and writable, else ``/tmp``. A forked child
    has nothing to do with it: every method that removes does nothing there.

    Raises :class:`OnshiError` when no directory can be made.
    """

    path: Path
    _lock: FileLock | None

    def __init__(self, root: Path | None = None) -> None:
        self._pid = os.getpid()
        self._numbers = itertools.count(1)
        roots = [root] if root is not None else _roots()
        for one in roots:
            sweep(one)
        self.path, self._lock = _make(roots[0])
        atexit.register(self.close)

    @property
    def ours(self) -> bool:
        """Whether this is still the process that made it."""
        return os.getpid() == self._pid

    def folder(self, name: str) -> Path:
        """A new directory (0700) in it. Raises :class:`OnshiError` when the disk refuses."""
        path = self.path / f"{name}{next(self._numbers)}"
        try:
            path.mkdir(mode=0o700, parents=True)
        except OSError as e:
            raise _refused(self.path.parent, e) from None
        return path

    def discard(self, path: Path) -> None:
        """Remove a file or directory in it; what is gone already is fine."""
        if not self.ours or self.path not in path.parents:
            return
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove all of it. Idempotent."""
        if self.ours and self._lock is not None:
            lock, self._lock = self._lock, None
            _remove(self.path, lock)
            atexit.unregister(self.close)


_current: Workspace | None = None
_making = threading.Lock()


def workspace() -> Workspace:
    """This process's own, made at its first use; a forked child gets another."""
    global _current
    with _making:
        if _current is None or not _current.ours or _current._lock is None:
            _current = Workspace()
        return _current


def _fresh_lock() -> None:
    global _making
    _making = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fresh_lock)


def sweep(root: Path) -> None:
    """Remove what killed processes of this user left in ``root``; bounded in entries and time.

    Only directories named and locked as ours are, and only once their lock can be had: another
    live process holds its own, and a directory without a lock file is somebody else's.
    """
    until = time.monotonic() + _MOST_SECONDS
    for path in _candidates(root):
        with contextlib.suppress(OSError):
            lock = FileLock.take(path / _LOCK, create=False)
            if lock is not None:
                _remove(path, lock)
        if time.monotonic() > until:
            return


def _candidates(root: Path) -> Iterator[Path]:
    me = os.geteuid() if hasattr(os, "geteuid") else None
    with contextlib.suppress(OSError), os.scandir(root) as entries:
        for entry in itertools.islice(entries, _MOST_ENTRIES):
            with contextlib.suppress(OSError):
                if (
                    entry.name.startswith(_PREFIX)
                    and entry.is_dir(follow_symlinks=False)
                    and (me is None or entry.stat(follow_symlinks=False).st_uid == me)
                ):
                    yield Path(entry.path)


def _make(root: Path) -> tuple[Path, FileLock]:
    """A new directory and its lock; again when a sweeper came between the two."""
    try:
        for _ in range(_TRIES):
            path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
            try:
                lock = FileLock.take(path / _LOCK)
            except FileNotFoundError:
                continue
            except OSError:
                path.rmdir()
                raise
            if lock is not None:
                return path, lock
    except OSError as e:
        raise _refused(root, e) from None
    raise OnshiError(f"no directory of our own could be made in {root}: others remove it at once")


def _remove(path: Path, lock: FileLock) -> None:
    """The lock last, and only when all else is gone: what is left is for the next sweep."""
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(path)):
            if entry.name == _LOCK:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)
        if list(path.iterdir()) == [lock.path]:
            if os.name == "nt":
                lock.release()  # an open file cannot be removed there
            lock.path.unlink()
            path.rmdir()
    lock.release()


def _roots() -> list[Path]:
    """Where such directories are, best first: of this user's own, /tmp, or what Python finds."""
    found = []
    for candidate in (os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp"):
        path = Path(candidate)
        short = candidate and len(os.fsencode(candidate)) <= _LONGEST_ROOT
        if short and path.is_dir() and os.access(path, os.W_OK | os.X_OK):
            found.append(path)
    try:
        return found or [Path(tempfile.gettempdir())]
    except FileNotFoundError as e:
        raise _refused(Path("/tmp"), e) from None


def _refused(root: Path, e: OSError) -> OnshiError:
    return OnshiError(
        f"nothing temporary can be kept in {root} ({e.strerror or e}): make room or let this user "
        "write there, or name another directory in XDG_RUNTIME_DIR"
    )

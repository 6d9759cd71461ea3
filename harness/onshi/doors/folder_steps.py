"""How one step of a delivery is done on a disk, and how what it left is taken back."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from onshi.clock import Released
from onshi.doors import folder_ground as ground
from onshi.doors.folder_place import PARTS, STAGING
from onshi.doors.sole_use import SoleUse
from onshi.errors import OnshiError
from onshi.seams import Step

__all__ = ["Steps", "Traces"]


class Traces:
    """What some steps have left in a folder, by what it takes to undo it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[Path, tuple[int, ...]] = {}
        self._undo: list[Callable[[], None]] = []
        self._over = False

    def made(self, path: Path) -> None:
        """A file is there because of us."""
        with contextlib.suppress(OSError), self._lock:
            self._files[path] = _identity(path)

    def renamed(self, old: Path, new: Path) -> None:
        """A file has another name."""
        with self._lock:
            if (known := self._files.pop(old, None)) is not None:
                self._files[new] = known

    def later(self, undo: Callable[[], None]) -> None:
        """``undo`` puts right what was done to no file: at once, if it is over already."""
        with self._lock:
            self._undo.append(undo)
        if self._over:
            self.put_right()

    def put_right(self) -> None:
        """Directories and locks are as they were, and stay so; files stay, too."""
        self._over = True
        with self._lock:
            undo, self._undo = self._undo, []
        for one in reversed(undo):
            with contextlib.suppress(OSError):
                one()

    def only(self, whole: tuple[Path, bytes] | None) -> bool:
        """Whether nothing is to be undone: there is at most a ``whole`` result, and it stays."""
        with self._lock:
            if self._undo or (self._files and (whole is None or set(self._files) != {whole[0]})):
                return False
        return not self._files or _is(whole)

    def remove(self, whole: tuple[Path, bytes] | None = None) -> None:
        """Remove the files that are still ours, but one that has become a ``whole`` result."""
        with self._lock:
            files, self._files = self._files, {}
        for path, identity in files.items():
            with contextlib.suppress(OSError):
                mine = _identity(path) == identity
                if mine and not (whole is not None and path == whole[0] and _is(whole)):
                    _remove(path)


def _is(whole: tuple[Path, bytes] | None) -> bool:
    """Whether a file has this content."""
    if whole is None:
        return False
    try:
        return whole[0].read_bytes() == whole[1]
    except OSError:
        return False


class Steps:
    """Does steps under ``root``. ``left`` tells whether the desk has left meanwhile."""

    def __init__(self, root: Path, left: Callable[[], bool]) -> None:
        self._root, self._left = root, left
        self._staged = count()
        self._held: dict[Path, SoleUse] = {}

    def do(self, step: Step, where: str, traces: Traces) -> None:
        """One step; ``where`` counts unless the step says otherwise.

        Raises :class:`OSError`, :class:`Released` when the desk left before the disk answered,
        and :class:`OnshiError` for a step that cannot be meant.
        """
        where = step.where or where
        if step.op == "cue":
            if step.cue is not None:
                step.cue.set()
        elif step.op in ("mode", "away", "back"):
            self._directory(step, self._part(where), traces)
        else:
            with ground.writable(self._root, self._part(where)):
                self._file(step, self._inside(where, step.name), where, traces)

    def _directory(self, step: Step, part: str, traces: Traces) -> None:
        root = self._root
        if step.op == "away":
            try:
                ground.send_away(root, part)
            finally:
                traces.later(lambda: ground.bring_back(root, part))
        elif step.op == "back":
            ground.bring_back(root, part)
        else:
            try:
                ground.set_mode(root, part, step.mode if step.mode is not None else 0o777)
            finally:
                traces.later(lambda: ground.restore_mode(root, part))

    def _file(self, step: Step, target: Path, where: str, traces: Traces) -> None:
        if step.op == "write":
            self._write(step, target)
            traces.made(target)
        elif step.op == "create":
            with _removed_on_error(target):
                target.write_bytes(step.content)
                _dress(step, target)
            traces.made(target)
        elif step.op == "append":
            _append(target, step.content)
            traces.made(target)
        elif step.op == "remove":
            _remove(target)
        elif step.op == "rename":
            target.replace(new := self._inside(where, step.to))
            traces.renamed(target, new)
        elif step.op == "lock":
            self._held[target] = SoleUse(target, step.content, self._staging())
            traces.later(lambda: self._let_go(target))
            traces.made(target)
        elif step.op == "unlock":
            self._let_go(target)
        else:
            raise OnshiError(f"a folder fault asked for the unknown step {step.op!r}")

    def _write(self, step: Step, target: Path) -> None:
        staged = self._staging()
        with _removed_on_error(staged):
            staged.write_bytes(step.content)
            _dress(step, staged)
            if self._left():  # the disk did not answer until the desk had left
                raise Released
            staged.replace(target)

    def _let_go(self, target: Path) -> None:
        held = self._held.pop(target, None)
        if held is not None:
            held.end()

    def _staging(self) -> Path:
        return self._root / STAGING / f"{next(self._staged)}.part"

    def _part(self, where: str) -> str:
        if where not in PARTS:
            raise OnshiError(f"a folder fault asked for {where!r}, which is no part of the folder")
        return where

    def _inside(self, where: str, name: str) -> Path:
        if where not in PARTS or not name or Path(name).name != name:
            raise OnshiError(f"a folder fault asked for a file outside the folder: {name!r}")
        return self._root / where / name


@contextlib.contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    """Half a file on a full disk would be taken for an answer, and take the room of one."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def _dress(step: Step, path: Path) -> None:
    """The time and the permissions that a file appears with."""
    if step.age:
        then = time.time() - step.age
        os.utime(path, (then, then))
    if step.mode is not None:
        path.chmod(step.mode)


def _identity(path: Path) -> tuple[int, ...]:
    """What tells a file from another one of its name, also from one with its number."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns


def _remove(path: Path) -> None:
    """Also what is read-only, which Windows would keep."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        path.chmod(0o600)
        path.unlink(missing_ok=True)


def _append(path: Path, content: bytes) -> None:
    """To the end of a file that is there; all of it or nothing."""
    with path.open("r+b", buffering=0) as f:
        before = f.seek(0, os.SEEK_END)
        try:
            if f.write(content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with contextlib.suppress(OSError):
                f.truncate(before)
            raise

"""The directories of an exchange folder, and the right to empty them.

A folder that somebody names may be the one a clinic works with. So its files are removed only
where ``.onshi``, our mark, says that an earlier run of ours had it; and one process at a time
has it, by a lock in that mark.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from onshi.doors.disk import problem_of
from onshi.doors.folder_ground import put_right
from onshi.errors import OnshiError
from onshi.locks import FileLock

__all__ = ["PARTS", "STAGING", "Place", "probe"]

PARTS = ("req", "res", "face")
STAGING = ".onshi"
_LOCK = "lock"
_PROBE_BYTES = 16384
"""More than a result is long: what can be written at the start can be written later."""


class Place:
    """``root`` with ``req``, ``res``, ``face`` and ``.onshi``; ``given``: a person named it."""

    def __init__(self, root: Path, *, given: bool) -> None:
        self.root, self._given = root, given
        self._lock: FileLock | None = None
        self._device: int | None = None

    def claim(self) -> None:
        """Make what is missing and make sure that it is ours. Idempotent.

        Raises :class:`OnshiError`: in use by another process, somebody else's files in it, or
        nothing that can be written.
        """
        had = self._lock
        try:
            if self._given:
                self._hold()
            put_right(self.root, PARTS)
            for part in (*PARTS, STAGING):
                (self.root / part).mkdir(parents=not self._given, exist_ok=True)
            probe(self.root)
            self._check_devices()
        except OSError as e:
            self._undo(had)
            raise OnshiError(problem_of(e).refusal(self.root, e)) from None
        except OnshiError:
            self._undo(had)
            raise

    def release(self) -> None:
        """Let others have it. Idempotent; the mark stays, so that the next run may clean up."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def empty(self) -> None:
        """Remove every file in it but the mark. Raises :class:`OnshiError`."""
        for part in (*PARTS, STAGING):
            folder = self.root / part
            try:
                for entry in list(os.scandir(folder)):
                    if entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path)
                    elif (part, entry.name) != (STAGING, _LOCK):
                        Path(entry.path).unlink(missing_ok=True)
            except OSError as e:
                raise OnshiError(
                    f"the exchange folder {folder} cannot be emptied ({e.strerror}): close what "
                    "has its files open, or remove them yourself"
                ) from None

    # ------------------------------------------------------------ a given one
    def _hold(self) -> None:
        if self._lock is not None and self._lock.still_there():
            return
        self.release()
        if not self.root.parent.exists():
            raise OnshiError(
                f"the exchange folder {self.root} cannot be used: {self.root.parent} is not "
                "there; make it, mount the share, or correct the path"
            )
        self.root.mkdir(exist_ok=True)
        mark = self.root / STAGING
        if not mark.is_dir():
            self._refuse_bare_mount_point()
            self._refuse_foreign()
            mark.mkdir(exist_ok=True)
        self._lock = FileLock.take(mark / _LOCK)
        if self._lock is None:
            raise OnshiError(
                f"the exchange folder {self.root} is in use by another desk: close that one, "
                "or name a folder of its own for this one"
            )
        self._device = self.root.stat().st_dev

    def _refuse_bare_mount_point(self) -> None:
        """A share that is away leaves an empty directory, which its readers do not look at."""
        if self._device not in (None, self.root.stat().st_dev):
            raise OnshiError(
                f"the exchange folder {self.root} is not on the disk that it was on: mount the "
                "share again"
            )

    def _refuse_foreign(self) -> None:
        found = [p for p in PARTS if (self.root / p).is_dir() and any((self.root / p).iterdir())]
        if found:
            raise OnshiError(
                f"the exchange folder {self.root} has files in {' and '.join(found)} that are "
                "not from here, and a desk would remove them: name an empty folder, or move "
                "them away first"
            )

    def _undo(self, had: FileLock | None) -> None:
        if self._lock is not had:
            self.release()

    def _check_devices(self) -> None:
        """Results are written beside and renamed: only so are they never seen half written."""
        ours = (self.root / STAGING).stat().st_dev
        for part in ("res", "face"):
            if (self.root / part).stat().st_dev != ours:
                raise OnshiError(
                    f"the exchange folder {self.root} cannot be used: its {part} is on another "
                    "disk, so that results could not appear at once; have both on one disk"
                )


def probe(root: Path) -> None:
    """Write and remove as much as a result needs. Raises :class:`OSError` where that fails."""
    path = root / STAGING / "probe"
    try:
        path.write_bytes(bytes(_PROBE_BYTES))
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

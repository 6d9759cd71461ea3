"""What faults do to the directories of an exchange folder, and the way back.

All of it is written down inside our mark, so that the next start puts right what a process that
was killed has left.
"""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "bring_back",
    "is_away",
    "put_right",
    "restore_mode",
    "send_away",
    "set_mode",
    "writable",
]

_MARK = ".onshi"
_AWAY = "away"


def _away(root: Path) -> Path:
    return root / _MARK / _AWAY


def _note(root: Path, part: str) -> Path:
    """Where the mode is written down that ``part`` had before it was changed."""
    return root / _MARK / f"{part}.mode"


def send_away(root: Path, part: str) -> None:
    """Take ``part`` out of the folder, with all that is in it. Raises :class:`OSError`."""
    _away(root).mkdir(exist_ok=True)
    if (root / part).exists():
        (root / part).rename(_away(root) / part)


def bring_back(root: Path, part: str) -> None:
    """Undo :func:`send_away`; nothing if it was not. Raises :class:`OSError`.

    What somebody made in its place meanwhile stays, and what is in it: then what was away is
    gone.
    """
    kept = _away(root) / part
    if not kept.is_dir():
        return
    with contextlib.suppress(OSError):
        (root / part).rmdir()
    if (root / part).exists():
        shutil.rmtree(kept)
    else:
        kept.rename(root / part)


def is_away(root: Path) -> bool:
    """Whether some part is away because a fault has it so."""
    try:
        return any(_away(root).iterdir())
    except OSError:
        return False


def set_mode(root: Path, part: str, mode: int) -> None:
    """Give a directory another mode. Raises :class:`OSError`."""
    note = _note(root, part)
    if not note.exists():
        note.write_text(f"{stat.S_IMODE((root / part).stat().st_mode):o}", encoding="ascii")
    (root / part).chmod(mode)


def restore_mode(root: Path, part: str) -> None:
    """Undo :func:`set_mode`; nothing if the mode was not changed. Raises :class:`OSError`."""
    note = _note(root, part)
    with contextlib.suppress(FileNotFoundError, ValueError):
        before = int(note.read_text(encoding="ascii"), 8)
        (root / part if (root / part).exists() else _away(root) / part).chmod(before)
    note.unlink(missing_ok=True)


@contextlib.contextmanager
def writable(root: Path, part: str) -> Iterator[None]:
    """For a moment the mode that a directory had: we write where others may not."""
    try:
        before = int(_note(root, part).read_text(encoding="ascii"), 8)
        now = stat.S_IMODE((root / part).stat().st_mode)
    except (OSError, ValueError):
        yield
        return
    (root / part).chmod(before)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            (root / part).chmod(now)


def put_right(root: Path, parts: tuple[str, ...]) -> None:
    """Undo whatever is written down. Raises :class:`OSError`."""
    for part in parts:
        bring_back(root, part)
        restore_mode(root, part)

"""A file that appears whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

__all__ = ["WholeFile", "write_whole"]


class WholeFile:
    """The place is taken at once, under another name beside it; the file appears at the end.

    A link is followed. What is no regular file (``/dev/stdout``, a pipe) is written as it is:
    putting a file in its place would take it away. Every method raises OSError.
    """

    def __init__(self, path: Path) -> None:
        special = path.exists() and not path.is_file()
        self._target = target = path if special else path.resolve()
        self._part = None if special else target.with_name(f".{target.name}.part")
        self._file = (self._part or target).open("wb")

    def finish(self, content: bytes) -> None:
        """Write it. On an error nothing is left behind, and what was there before stays."""
        try:
            with self._file as f:
                f.write(content)
            if self._part is not None:
                self._part.replace(self._target)
        except OSError:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self._file.close()
        if self._part is not None:
            self._part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it meanwhile has the old one or the new one, whole.

    Raises OSError.
    """
    WholeFile(path).finish(content)

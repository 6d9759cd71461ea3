"""How a report's file is written: whole or not at all, and in words where it cannot be."""

from __future__ import annotations

from pathlib import Path

from onshi.errors import OnshiError
from onshi.whole_file import WholeFile

__all__ = ["write_file"]


def write_file(path: Path, content: str | bytes, what: str) -> None:
    """Write it, its folder too. Raises :class:`OnshiError` that begins with ``what``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        WholeFile(path).finish(content.encode() if isinstance(content, str) else content)
    except OSError as e:
        raise OnshiError(
            f"{what} cannot be written to {path}: {e.strerror}; choose another place, or make "
            "room there"
        ) from None

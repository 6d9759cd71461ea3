"""How a report's file is written: whole or not at all, and in words where it cannot be."""

from __future__ import annotations

import contextlib
from pathlib import Path

from onshi.errors import OnshiError

__all__ = ["write_file"]


def write_file(path: Path, content: str | bytes, what: str) -> None:
    """Write it, its folder too. Raises :class:`OnshiError` that begins with ``what``."""
    part = path.with_name(f".{path.name}.part")
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as e:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise OnshiError(
            f"{what} cannot be written to {path}: {e.strerror}; choose another place, or make "
            "room there"
        ) from None

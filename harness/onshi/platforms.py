"""What this machine has: asked by ``doctor``, ``exec`` and the plugin's header."""

from __future__ import annotations

import ctypes
from pathlib import Path

__all__ = ["libpcsclite_found", "libpcsclite_path"]

_LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/libpcsclite.so.1",
    "/usr/lib/aarch64-linux-gnu/libpcsclite.so.1",
    "/usr/lib64/libpcsclite.so.1",
    "/usr/lib/libpcsclite.so.1",
)


def libpcsclite_found() -> bool:
    """Whether programs here can load libpcsclite."""
    try:
        ctypes.CDLL("libpcsclite.so.1")
    except OSError:
        return False
    return True


def libpcsclite_path() -> str | None:
    """Where the library is, for runtimes that have to be told (Java)."""
    return next((p for p in _LIBRARIES if Path(p).exists()), None)

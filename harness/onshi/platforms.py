"""What this machine has: asked by ``doctor``, ``exec`` and the plugin's header."""

from __future__ import annotations

import ctypes
import socket
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = [
    "java_option",
    "libpcsclite_found",
    "libpcsclite_path",
    "pyscard_found",
    "unix_sockets",
]

_NAME = "libpcsclite.so.1"


def libpcsclite_found() -> bool:
    """Whether programs here can load libpcsclite."""
    try:
        ctypes.CDLL(_NAME)
    except OSError:
        return False
    return True


def unix_sockets() -> bool:
    """Whether Python has Unix sockets here; on Windows it has none."""
    return hasattr(socket, "AF_UNIX")


@cache
def pyscard_found() -> bool:
    """Whether pyscard is installed."""
    return find_spec("smartcard") is not None


def libpcsclite_path() -> str | None:
    """The file that the dynamic linker takes for libpcsclite, or None where there is none."""
    if not libpcsclite_found():
        return None
    maps = Path("/proc/self/maps")
    lines = maps.read_text().splitlines() if maps.exists() else []
    return next((line.split(maxsplit=5)[5] for line in lines if "/libpcsclite.so" in line), None)


def java_option() -> str | None:
    """The JDK's system property that names the PC/SC library; Java finds none on Debian without."""
    path = libpcsclite_path()
    return f"-Dsun.security.smartcardio.library={path}" if path else None

"""libpcsclite and pyscard inside this very process, whose server is this process, too.

Two things that end well with pcscd make such a process stand still (both met with pyscard 2.3.1
and libpcsclite 1.9.9), and are put right here on the C module's attributes that pyscard looks up
at each call:

- pyscard gives back what SCardListReaders allocated (SCardFreeMemory) with the GIL held. That
  waits for a lock which libpcsclite holds while another thread's SCardEstablishContext waits for
  the server, whose thread needs the GIL. So these calls are made through ctypes into a buffer of
  our own: the same library, the same answer, nothing to give back.
- Connections that have become garbage are disconnected by their finalizers, in whatever thread
  the collector happens to run: in the server's, or in one that holds a lock of the engine. So a
  call made during a collection is made a moment later, by a thread of its own.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from onshi.doors.finalizers import FINAL, later

__all__ = ["establish_and_release", "loaded_library", "make_pyscard_safe"]

_NAME = "libpcsclite.so.1"
_ROOM = 65536

_safe = False


def loaded_library() -> ctypes.CDLL | None:
    """libpcsclite, if this process has it loaded."""
    try:
        if _NAME[:-2] not in Path("/proc/self/maps").read_text():
            return None
        return ctypes.CDLL(_NAME)
    except OSError:
        return None


def establish_and_release(library: ctypes.CDLL, between: Callable[[], None]) -> None:
    """Make a context, call ``between``, release it; nothing happens without a service."""
    context = ctypes.c_long()
    if library.SCardEstablishContext(0, None, None, ctypes.byref(context)) == 0:
        between()
        library.SCardReleaseContext(context)


def make_pyscard_safe() -> None:
    """Put pyscard right, if it is installed. Idempotent; stays so for the process."""
    global _safe
    if _safe or find_spec("smartcard") is None:
        return
    try:
        functions: Any = importlib.import_module("smartcard.scard.scard")._scard
    except ImportError:
        return
    library = loaded_library()
    if library is None:
        return
    _safe = True
    library.SCardListReaders.restype = library.SCardListReaderGroups.restype = ctypes.c_long
    library.SCardListReaders.argtypes = [ctypes.c_long, *[ctypes.c_void_p] * 3]
    library.SCardListReaderGroups.argtypes = [ctypes.c_long, *[ctypes.c_void_p] * 2]
    functions.SCardListReaders = _list_readers(library)
    functions.SCardListReaderGroups = _list_groups(library)
    for name in FINAL:
        setattr(functions, name, later().guard(getattr(functions, name)))


def _list_readers(library: ctypes.CDLL) -> Callable[[int, list[str]], list[Any]]:
    def list_readers(context: int, groups: list[str]) -> list[Any]:
        wanted = b"".join(g.encode() + b"\0" for g in groups) + b"\0" if groups else None
        room, size = ctypes.create_string_buffer(_ROOM), ctypes.c_ulong(_ROOM)
        code = library.SCardListReaders(context, wanted, room, ctypes.byref(size))
        return [code, _strings(room, size) if code == 0 else []]

    return list_readers


def _list_groups(library: ctypes.CDLL) -> Callable[[int], list[Any]]:
    def list_groups(context: int) -> list[Any]:
        room, size = ctypes.create_string_buffer(_ROOM), ctypes.c_ulong(_ROOM)
        code = library.SCardListReaderGroups(context, room, ctypes.byref(size))
        return [code, _strings(room, size) if code == 0 else []]

    return list_groups


def _strings(room: ctypes.Array[ctypes.c_char], size: ctypes.c_ulong) -> list[str]:
    """A multi-string: NUL after each, one more at the end."""
    return [s.decode() for s in room.raw[: size.value].split(b"\0") if s]

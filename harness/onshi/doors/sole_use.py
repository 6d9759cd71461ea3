"""A file that one program has to itself for a while.

On Windows this is the real thing: opened with share mode 0, so that nobody else can open, move or
remove it. Elsewhere there is no such thing: an advisory lock (``flock``), which only programs see
that ask for one, .NET among them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["SoleUse"]

_WRITE = 0x40000000
_CREATE_ALWAYS = 2
_NORMAL = 0x80
_INVALID = -1


class SoleUse:
    """``path`` with ``content``, held until :meth:`end`.

    It appears whole. Raises :class:`OSError`, and then there is nothing at ``path`` but what was
    there before. ``staged`` is where it is written first, on the same disk.
    """

    def __init__(self, path: Path, content: bytes, staged: Path) -> None:
        if sys.platform == "win32":
            self._descriptor = _open_alone(path)
        else:
            self._descriptor = os.open(staged, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            with open(self._descriptor, "wb", closefd=False) as f:
                f.write(content)
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                staged.replace(path)
        except OSError:
            self.end()
            (path if sys.platform == "win32" else staged).unlink(missing_ok=True)
            raise

    def end(self) -> None:
        """Let others have it. Idempotent."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


if sys.platform == "win32":

    def _open_alone(path: Path) -> int:
        """A descriptor of a new file that nobody else can open. Raises :class:`OSError`."""
        import ctypes
        import msvcrt
        from ctypes import wintypes

        create = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
        create.restype = wintypes.HANDLE
        create.argtypes = (
            wintypes.LPCWSTR,
            wintypes.DWORD,
            wintypes.DWORD,
            wintypes.LPVOID,
            wintypes.DWORD,
            wintypes.DWORD,
            wintypes.HANDLE,
        )
        handle = create(str(path), _WRITE, 0, None, _CREATE_ALWAYS, _NORMAL, None)
        if handle in (None, ctypes.c_void_p(_INVALID).value):
            raise ctypes.WinError(ctypes.get_last_error())
        return msvcrt.open_osfhandle(handle, os.O_WRONLY | getattr(os, "O_BINARY", 0))

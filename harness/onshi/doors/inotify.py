"""What Linux says at once of the files of a folder: inotify, by its four system calls.

watchfiles tells neither that a writer has closed a file nor that one came by a rename, and these
two are what makes a file whole (docs/decisions.md).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import NamedTuple

__all__ = [
    "CLOSE_WRITE",
    "CREATE",
    "DELETE",
    "MODIFY",
    "MOVED_FROM",
    "MOVED_TO",
    "OVERFLOW",
    "Inotify",
    "Told",
]

MODIFY, CLOSE_WRITE = 0x2, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
OVERFLOW = 0x4000
_ONLY_FOLDERS = 0x01000000
_MASK = MODIFY | CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | _ONLY_FOLDERS
_HEAD = struct.Struct("iIII")
_ROOM = 65536


class Told(NamedTuple):
    """One notification: ``number`` is what :meth:`Inotify.add` gave, ``name`` the file's."""

    number: int
    what: int
    name: str


class Inotify:
    """Notifications of any number of folders. ``fileno`` is readable when there are some.

    Raises OSError where the system has none to give: another system (ENOSYS), or too many
    programs that use them (EMFILE, fs.inotify.max_user_instances).
    """

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError(errno.ENOSYS, "there are none on this system")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = _checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def fileno(self) -> int:
        return self._fd

    def add(self, folder: str) -> int:
        """Be told of a folder's files; the same number again for the same folder.

        Raises OSError: ENOENT, or ENOSPC beyond fs.inotify.max_user_watches.
        """
        path = os.fsencode(folder)
        return _checked(self._libc.inotify_add_watch(self._fd, path, ctypes.c_uint32(_MASK)))

    def remove(self, number: int) -> None:
        """Be told of it no more; nothing where that is so already."""
        self._libc.inotify_rm_watch(self._fd, number)

    def read(self) -> list[Told]:
        """What has been told since the last time, in its order; empty if nothing."""
        try:
            data = os.read(self._fd, _ROOM)
        except BlockingIOError:
            return []
        found, at = [], 0
        while at < len(data):
            number, what, _, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            name = os.fsdecode(data[at : at + size].rstrip(b"\0"))
            at += size
            found.append(Told(number, what, name))
        return found

    def close(self) -> None:
        os.close(self._fd)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

"""What a disk or a share does to us, as a class of problem and in words for a person."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Problem", "problem_of"]


@dataclass(frozen=True)
class Problem:
    """``name`` is what the journal says; ``what`` and ``advice`` complete a sentence.

    ``passes``: it may be over by itself, so that trying again makes sense.
    """

    name: str
    what: str
    advice: str
    passes: bool = True

    def sentence(self, root: Path, e: OSError) -> str:
        """What is the matter with ``root`` while a desk uses it, and what to do."""
        return f"the exchange folder {root} {self.what} ({_words(e)}): {self.advice}"

    def refusal(self, root: Path, e: OSError) -> str:
        """Why ``root`` is not taken into use at all, and what to do."""
        return (
            f"the exchange folder {root} cannot be used: it {self.what} ({_words(e)}); "
            f"{self.advice}"
        )


def _words(e: OSError) -> str:
    return e.strerror or type(e).__name__


_FULL = Problem("full", "is on a full disk", "make room there")
_GONE = Problem("gone", "is not there", "bring it back, or mount the share again")
_NOT_A_FOLDER = Problem(
    "not_a_folder", "is not a folder or lies below a file", "name a folder", passes=False
)
_DENIED = Problem("denied", "cannot be read and written", "give this user the rights")
_READ_ONLY = Problem("read_only", "is read-only", "mount it writable, or name another folder")
_BUSY = Problem("busy", "is held by another program", "close what has its files open")
_BROKEN = Problem("broken", "does not work", "look after the disk or the share")

_BY_NUMBER = {
    _FULL: ("ENOSPC", "EDQUOT", "EFBIG"),
    _GONE: ("ENOENT", "ESTALE", "ENODEV", "ENXIO", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH",
            "ENETUNREACH", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED"),
    _NOT_A_FOLDER: ("ENOTDIR", "EEXIST", "ELOOP", "ENAMETOOLONG"),
    _DENIED: ("EACCES", "EPERM"),
    _READ_ONLY: ("EROFS",),
    _BUSY: ("EBUSY", "ETXTBSY", "EAGAIN"),
}  # fmt: skip
_PROBLEMS = {
    getattr(errno, name): problem
    for problem, names in _BY_NUMBER.items()
    for name in names
    if hasattr(errno, name)
}


def problem_of(e: OSError) -> Problem:
    """The class of problem behind an error of the system."""
    return _PROBLEMS.get(e.errno or 0, _BROKEN)

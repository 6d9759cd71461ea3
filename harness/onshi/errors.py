"""Errors that speak to a person: what was wrong, where, and what to do.

Everything derived from :class:`OnshiError` is shown as its message alone, never as a
traceback: by the command line (exit code 2) and by pytest (exit code 4).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

__all__ = [
    "BadFileError",
    "CannotDeliverError",
    "MissingPieceError",
    "OnshiError",
    "UnknownNameError",
    "suggest",
]


class OnshiError(Exception):
    """A mistake in what was asked for; the message says what to do about it."""


class UnknownNameError(OnshiError):
    """A profile, trouble, fault, card or door that does not exist.

    ``kind`` is the word a person would use ("profile"), ``known`` the names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind, self.name = kind, name
        self.suggestions = suggest(name, known)
        text = f"unknown {kind}: {name!r}"
        if self.suggestions:
            text += "; did you mean " + " or ".join(self.suggestions) + "?"
        if hint:
            text += f" ({hint})"
        super().__init__(text)


class BadFileError(OnshiError):
    """A file that cannot be used: path, line (1-based, if known), key, what was expected."""

    def __init__(
        self, path: Path | str, expected: str, *, line: int | None = None, key: str = ""
    ) -> None:
        self.path, self.line, self.key, self.expected = Path(path), line, key, expected
        where = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{where}: {key + ': ' if key else ''}{expected}")


class CannotDeliverError(OnshiError):
    """A fault that an open door, or this platform, has no way to deliver; says why."""


class MissingPieceError(OnshiError):
    """A library, program or service this machine lacks; says what still works without it."""


def suggest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The nearest of the known names, best first, at most ``limit``; may be empty."""
    known = sorted(set(known))
    holds = [k for k in known if len(name) >= 4 and name.lower() in k.lower()]
    near = difflib.get_close_matches(name, known, n=limit, cutoff=0.6)
    best = [k for k in near if k.lower() == name.lower()]
    return list(dict.fromkeys([*best, *holds, *near]))[:limit]

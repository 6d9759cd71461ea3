"""How PC/SC answers on another platform, where that is known to differ from pcsc-lite's.

Sources: `winscard.h` and `winsmcrd.h` (numbers), pyscard's own sources (what happens on Windows
when the last reader is unplugged), and `docs/pyscard.md` for what was run. Of macOS nothing is
known to differ that a program in Python could see.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from onshi.errors import UnknownNameError
from onshi.reader import ReaderState, ScardError, State

__all__ = ["FLAVOURS", "Flavour", "flavour_here", "flavour_named"]

_UNSUPPORTED = int(ScardError.SCARD_E_UNSUPPORTED_FEATURE)
_UNPOWERED = int(ScardError.SCARD_W_UNPOWERED_CARD)
_UNRESPONSIVE = int(ScardError.SCARD_W_UNRESPONSIVE_CARD)
_WINDOWS_UNSUPPORTED = 0x80100022

_WINDOWS_STATES = (
    (State.SPECIFIC, 6),
    (State.NEGOTIABLE, 5),
    (State.POWERED, 4),
    (State.SWALLOWED, 3),
    (State.PRESENT, 2),
    (State.ABSENT, 1),
)
"""On Windows SCardStatus answers the furthest state's number; pcsc-lite sets a bit for each."""


def _bits(row: ReaderState) -> int:
    """pcsc-lite: the state's bits, the event counter above them."""
    return row.state | (row.events & 0xFFFF) << 16


def _one_number(row: ReaderState) -> int:
    state = row.state | (State.SPECIFIC if row.protocol else 0)
    return next((number for bit, number in _WINDOWS_STATES if state & bit), 0)


@dataclass(frozen=True)
class Flavour:
    """One platform's way to answer.

    ``unsupported`` and ``mute`` are the codes for a feature that is missing and for a connection
    to a card that does not answer its reset. ``stops_when_empty``: when the last reader goes the
    service stops, and contexts of before are of no use any more. ``status`` makes SCardStatus's
    state.
    """

    name: str
    unsupported: int = _UNSUPPORTED
    mute: int = _UNPOWERED
    stops_when_empty: bool = False
    status: Callable[[ReaderState], int] = _bits

    def code(self, name: str, code: int) -> int:
        """The code that the call ``name`` answers where pcsc-lite answers ``code``."""
        if code == _UNSUPPORTED:
            return self.unsupported
        return self.mute if code == _UNPOWERED and name in ("Connect", "Reconnect") else code


FLAVOURS = {
    "linux": Flavour("linux"),
    "macos": Flavour("macos"),
    "windows": Flavour(
        "windows",
        unsupported=_WINDOWS_UNSUPPORTED,
        mute=_UNRESPONSIVE,
        stops_when_empty=True,
        status=_one_number,
    ),
}
_PLATFORMS = {"win32": "windows", "darwin": "macos"}


def flavour_here() -> Flavour:
    """The running platform's."""
    return FLAVOURS[_PLATFORMS.get(sys.platform, "linux")]


def flavour_named(name: str | None) -> Flavour:
    """The flavour ``linux``, ``macos`` or ``windows``; None: the running platform's.

    Raises :class:`UnknownNameError`.
    """
    if name is None:
        return flavour_here()
    if name not in FLAVOURS:
        raise UnknownNameError("PC/SC flavour", name, FLAVOURS)
    return FLAVOURS[name]

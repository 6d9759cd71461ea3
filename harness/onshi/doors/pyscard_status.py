"""What SCardGetStatusChange says of a reader, worked out as libpcsclite 1.9.9 does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from onshi.reader import ReaderState, State

__all__ = ["IGNORE", "PNP", "UNAWARE", "Asked", "Told", "is_pnp", "look"]

PNP = "\\\\?PnP?\\Notification"
"""The pseudo reader that stands for the list of readers."""

UNAWARE, IGNORE, CHANGED, UNKNOWN = 0x0000, 0x0001, 0x0002, 0x0004
UNAVAILABLE, EMPTY, PRESENT = 0x0008, 0x0010, 0x0020
EXCLUSIVE, INUSE, MUTE = 0x0080, 0x0100, 0x0200


class Asked(NamedTuple):
    """One reader as a program asks about it: what it believes, and the ATR it gave, if any."""

    name: str
    current: int
    atr: list[int]


class Told(NamedTuple):
    """What it is told: SCARD_STATE bits with the event counter above them, and the ATR."""

    event: int
    atr: list[int]


def is_pnp(name: str) -> bool:
    """Whether this is the pseudo reader; upper and lower case are the same."""
    return name.lower() == PNP.lower()


def look(
    asked: Sequence[Asked], states: Sequence[ReaderState], readers_before: int
) -> tuple[list[Told], bool]:
    """Each reader's answer, and whether one of them is news that ends the wait.

    ``readers_before`` is how many there were when the call began: the pseudo reader compares.
    """
    rows = {row.name: row for row in states}
    told, news = [], False
    for one in asked:
        if one.current & IGNORE:
            answer, new = Told(0, one.atr), False
        elif one.name in rows:
            answer, new = _of_reader(one, rows[one.name])
        elif is_pnp(one.name):
            new = len(states) != readers_before
            answer = Told(0, one.atr)
        else:
            new = not one.current & UNKNOWN
            answer = Told(UNKNOWN | UNAVAILABLE, one.atr)
        told.append(answer._replace(event=answer.event | CHANGED) if new else answer)
        news = news or new
    return told, news


def _of_reader(one: Asked, row: ReaderState) -> tuple[Told, bool]:
    current = one.current & ~CHANGED
    counter = row.events & 0xFFFF
    new = (
        current == UNAWARE
        or bool(current & UNKNOWN)
        or bool(current >> 16 and current >> 16 != counter)
    )
    if row.state & State.UNKNOWN:
        return Told(UNAVAILABLE, one.atr), new or not current & UNAVAILABLE
    event, new = counter << 16, new or bool(current & UNAVAILABLE)
    if row.state & State.ABSENT:
        event |= EMPTY
        new = new or bool(current & PRESENT)
    elif row.state & State.PRESENT:
        event |= PRESENT | (MUTE if row.state & State.SWALLOWED else 0)
        new = new or bool(current & EMPTY) or (event ^ current) & MUTE != 0
    event, mismatch = _sharing(event, current, row)
    return Told(event, list(row.atr)), new or mismatch


def _sharing(event: int, current: int, row: ReaderState) -> tuple[int, bool]:
    """How the card is shared; that somebody begins to use it is no news by itself."""
    if row.sharing < 0:
        return event | EXCLUSIVE, bool(current & INUSE)
    if row.sharing == 0:
        return event, bool(current & (INUSE | EXCLUSIVE))
    if row.state & State.PRESENT:
        return event | INUSE, bool(current & EXCLUSIVE)
    return event, False

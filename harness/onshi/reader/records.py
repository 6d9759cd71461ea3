"""What the engine keeps: readers, the card in one, handles, clients."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import NamedTuple

from onshi.journal import Journal, Lane
from onshi.reader.codes import State
from onshi.seams import CardLink

__all__ = ["Card", "Client", "Handle", "Reader", "ReaderState", "next_number"]

_numbers = itertools.count(0x10001)


def next_number() -> int:
    """A number no handle or context of this process has had: positive, 31 bits.

    libpcsclite looks a handle up over all its contexts, so it must never repeat.
    """
    return next(_numbers) & 0x7FFFFFFF


class ReaderState(NamedTuple):
    """One row of the readers' states, as programs see it.

    ``events`` counts insertions and removals; ``sharing`` is the number of handles, -1 for an
    exclusive one; ``protocol`` is 0 until negotiated.
    """

    name: str
    events: int
    state: int
    sharing: int
    atr: bytes
    protocol: int


class Card:
    """One insertion of a card. ``powered`` is false until a connection needs the card.

    ``gone``: it was pulled, which the service has not noticed yet.
    """

    __slots__ = ("atr", "gone", "io", "link", "powered")

    def __init__(self, link: CardLink) -> None:
        self.link = link
        self.atr = b""
        self.powered = self.gone = False
        self.io = threading.Lock()


class Reader:
    """A reader on its plug. ``inside`` is what physically is in it, seen or not.

    A ``broken`` one is in the list and of no use.
    """

    __slots__ = (
        "broken",
        "card",
        "events",
        "exclusive",
        "handles",
        "index",
        "inside",
        "last",
        "locks",
        "name",
        "owner",
        "plugged",
        "protocol",
        "usb",
        "vendor",
    )

    def __init__(
        self, name: str, index: int, vendor: str = "", usb: str = "", broken: bool = False
    ) -> None:
        self.name, self.index, self.vendor, self.usb = name, index, vendor, usb
        self.broken = broken
        self.plugged = True
        self.card: Card | None = None
        self.inside: CardLink | None = None
        self.last: CardLink | None = None
        self.events = 0
        self.protocol = 0
        self.handles: list[Handle] = []
        self.exclusive = False
        self.owner: Handle | None = None
        self.locks = 0

    def state(self) -> ReaderState:
        """This reader's row. Call it with the engine's lock held."""
        card = self.card
        if self.broken:
            bits = State.UNKNOWN
        elif card is None:
            bits = State.ABSENT
        elif card.atr:
            bits = State.PRESENT | State.POWERED | State.NEGOTIABLE
        else:
            bits = State.PRESENT | State.SWALLOWED
        return ReaderState(
            self.name,
            self.events,
            int(bits),
            -1 if self.exclusive else len(self.handles),
            card.atr if card is not None else b"",
            self.protocol,
        )

    def strike(self, event: int) -> None:
        """Tell every open handle what happened to the card."""
        for handle in self.handles:
            handle.event = event

    def unlock(self) -> None:
        """End whatever transaction is going on."""
        self.owner, self.locks = None, 0


class Handle:
    """One SCARDHANDLE. ``event`` is the code it answers until it reconnects (0: none)."""

    __slots__ = ("client", "context", "event", "number", "reader")

    def __init__(self, reader: Reader, client: Client, context: int) -> None:
        self.number = next_number()
        self.reader, self.client, self.context = reader, client, context
        self.event = 0


def _stays() -> bool:
    return False


class Client:
    """The owner of contexts and handles: one connection of a door, one lane of the journal.

    The lane is made with its first event, so that a program that only looks leaves none. A door
    sets ``has_left`` where it can tell that the program has died during a call.
    """

    __slots__ = ("_journal", "_lane", "contexts", "established", "handles", "has_left")

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lane: Lane | None = None
        self.contexts: set[int] = set()
        self.established: set[int] = set()
        self.handles: dict[int, Handle] = {}
        self.has_left: Callable[[], bool] = _stays

    @property
    def lane(self) -> Lane:
        lane = self._lane
        if lane is None:
            lane = self._lane = self._journal.lane("pcsc")
        return lane

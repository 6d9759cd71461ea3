"""The physical side: readers, what is plugged in and what is inserted. Implements Hands."""

from __future__ import annotations

import threading
from collections.abc import Callable

from onshi.clock import Clock
from onshi.errors import OnshiError, UnknownNameError
from onshi.reader.atr import MAX_ATR
from onshi.reader.codes import Disposition, ScardError
from onshi.reader.patience import Looks
from onshi.reader.records import Card, Reader, ReaderState
from onshi.seams import CardLink, CardMuteError, CardRemovedError, HangUpError, Power

__all__ = ["Slots"]

_RESET = int(ScardError.SCARD_W_RESET_CARD)
_REMOVED = int(ScardError.SCARD_W_REMOVED_CARD)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)

_POLL = 0.4
"""Seconds between two looks of pcscd at a reader that does not tell by itself (measured)."""
_LONGEST_NAME = 127


def _same(link: CardLink) -> CardLink:
    return link


def _nothing(what: str) -> None:
    return


class Slots(Looks):
    """Readers and cards. One lock guards every state and is never held during card I/O.

    ``wrap`` is put around each inserted card; ``on_event`` is told ``reset`` and ``reinsert``,
    before the card is powered, so that a fault that ends there is over by then. ``listeners``
    are called, without a lock, after each change that programs can see. ``clock`` is needed for
    removals that are noticed later.
    """

    def __init__(
        self,
        *,
        wrap: Callable[[CardLink], CardLink] = _same,
        on_event: Callable[[str], None] = _nothing,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self._wrap, self._on_event, self._clock = wrap, on_event, clock
        self._changed = threading.Condition(threading.Lock())
        self._readers: list[Reader] = []
        self._numbered = 0
        self._unnoticed: list[_Unnoticed] = []
        self.listeners: list[Callable[[], None]] = []
        self.closed = False

    # ---------------------------------------------------------------- readers
    def add_reader(
        self,
        name: str,
        *,
        vendor: str = "",
        usb: str = "",
        first: bool = False,
        broken: bool = False,
    ) -> None:
        """Plug in a new, empty reader: at the end of the list, or as its ``first``.

        ``vendor`` and ``usb`` ("054C:0DC9") are what its attributes and properties say. A
        ``broken`` one is there and unavailable. The hands go on with the reader that was added
        before all others.

        Raises :class:`OnshiError` when the name is taken, empty or longer than the 127 bytes
        that fit into a reader's state.
        """
        with self._changed:
            self._check_name(name)
            reader = Reader(name, self._numbered, vendor, usb, broken)
            self._numbered += 1
            self._readers.insert(0 if first else len(self._readers), reader)
        self._tell()

    def remove_reader(self, name: str) -> None:
        """Take a reader away for good, card and all. Raises :class:`UnknownNameError`."""
        where = self._reader(name)
        self.unplug(name)
        with self._changed:
            self._readers.remove(where)

    def rename(self, name: str, new: str) -> None:
        """The same reader comes back under another name, as after a change of the USB port.

        Its handles are dead as after :meth:`unplug`; a card inside is noticed again. Raises
        :class:`UnknownNameError`, and :class:`OnshiError` when the new name does not do.
        """
        where = self._reader(name)
        with self._changed:
            self._check_name(new)
        plugged = where.plugged
        self.unplug(name)
        with self._changed:
            where.name = new
        if plugged:
            self.plug(new)

    def _check_name(self, name: str) -> None:
        if not 0 < len(name.encode()) <= _LONGEST_NAME or "\0" in name:
            raise OnshiError(f"a reader's name has 1 to {_LONGEST_NAME} bytes: {name!r}")
        if self._find(name) is not None:
            raise OnshiError(f"there is a reader {name!r} already")

    def states(self) -> tuple[ReaderState, ...]:
        """A consistent snapshot of the plugged readers, in the order of the list."""
        with self._changed:
            return tuple(r.state() for r in self._readers if r.plugged)

    def name(self, reader: str | None = None) -> str:
        """What a reader is called: the hands' own unless another is named."""
        return self._reader(reader).name

    def in_transaction(self, reader: str | None = None) -> bool:
        """Whether a program has the reader to itself for a moment."""
        return self._reader(reader).owner is not None

    def has_card(self, reader: str | None = None) -> bool:
        """Whether a card is in the reader. Raises :class:`UnknownNameError`."""
        return self._reader(reader).inside is not None

    def index_of(self, name: str) -> int:
        """Which of the readers this is, in the order they were added; -1 for none of them."""
        found = self._find(name)
        return found.index if found is not None else -1

    def _find(self, name: str) -> Reader | None:
        for reader in self._readers:
            if reader.name == name:
                return reader
        return None

    def _reader(self, name: str | None) -> Reader:
        if name is None:
            if not self._readers:
                raise OnshiError("this desk has no reader")
            return min(self._readers, key=lambda r: r.index)
        found = self._find(name)
        if found is None:
            raise UnknownNameError("reader", name, [r.name for r in self._readers])
        return found

    # ------------------------------------------------------------------ hands
    def insert(self, card: CardLink | None = None, reader: str | None = None) -> None:
        """Put a card in; without one, the last card again. A card inside is taken out first.

        Raises :class:`OnshiError` when no card has been in this reader yet, and
        :class:`UnknownNameError`.
        """
        where = self._reader(reader)
        link = card if card is not None else where.last
        if link is None:
            raise OnshiError(f"no card has been in {where.name!r} yet: say which to insert")
        self.remove(reader)
        again = where.last is not None
        where.inside = where.last = link
        if where.plugged:
            self._notice(where, "reinsert" if again else "")

    def remove(self, reader: str | None = None) -> None:
        """Take the card out; nothing happens when there is none."""
        where = self._reader(reader)
        where.inside = None
        card = where.card
        if card is not None:
            self._left(where, card)

    def plug(self, reader: str | None = None) -> None:
        """Plug the reader in again; a card that was left inside is noticed."""
        self._plug(self._reader(reader), "reinsert")

    def unplug(self, reader: str | None = None) -> None:
        """Pull the reader's plug: its handles answer SCARD_E_READER_UNAVAILABLE for ever."""
        where = self._reader(reader)
        with self._changed:
            if not where.plugged:
                return
            self._unplug(where)
            self._changed.notify_all()
        self._tell()

    def _plug(self, where: Reader, event: str) -> None:
        with self._changed:
            if where.plugged:
                return
            where.plugged = True
            where.events = 0
        if where.inside is not None:
            self._notice(where, event)
        else:
            self._tell()

    def _unplug(self, where: Reader) -> None:
        where.plugged = False
        where.card = None
        where.protocol = 0
        where.strike(_UNAVAILABLE)
        where.handles.clear()
        where.exclusive = False
        where.unlock()

    def _notice(self, where: Reader, event: str) -> None:
        """A card has come into contact: read its ATR, then show it. ``event`` ends faults."""
        assert where.inside is not None
        if event:
            self._on_event(event)
        card = Card(self._wrap(where.inside))
        try:
            card.atr = self._atr(card, Power.ON)
        except HangUpError:
            card.atr = b""
        with self._changed:
            where.card = card
            where.protocol = 0
            where.events += 1
            self._changed.notify_all()
        self._tell()

    def _left(self, where: Reader, card: Card) -> None:
        """This card is gone, unless another one is there already."""
        with self._changed:
            if where.card is not card:
                return
            where.card = where.inside = None
            where.protocol = 0
            where.events += 1
            where.strike(_REMOVED)
            where.unlock()
            self._changed.notify_all()
        self._tell()

    # ------------------------------------------ a removal that is noticed later
    def _slipped(self, where: Reader, card: Card) -> None:
        """The card is gone, but the service will not know before its next look at the reader.

        That is 0.4 s of simulated time away. Where time is virtual nothing but a program's call
        can make it pass: the service looks after the next call of anyone, or when a program
        starts to wait; if neither comes, after as long in real time.
        """
        with self._changed:
            if where.card is not card or card.gone:
                return
            card.gone, where.inside = True, None
            if self._clock is None or self._clock.virtual:
                self._unnoticed.append(_Unnoticed(where, card))
        if self._clock is not None:
            self._clock.later(_POLL, lambda: self._left(where, card))

    def _called(self) -> None:
        """A call was answered while a removal is unnoticed: after the second one it is not."""
        with self._changed:
            for one in self._unnoticed:
                one.calls -= 1
            due = [one for one in self._unnoticed if one.calls <= 0]
            self._unnoticed = [one for one in self._unnoticed if one.calls > 0]
        for one in due:
            self._left(one.where, one.card)

    def awaited(self) -> None:
        """A program has begun to wait for a change."""
        super().awaited()
        if self._unnoticed:
            with self._changed:
                due, self._unnoticed = self._unnoticed, []
            for one in due:
                self._left(one.where, one.card)

    # ------------------------------------------------------------------ power
    def _atr(self, card: Card, action: Power) -> bytes:
        """Power the card; ``b""`` for a mute one. An ATR longer than 33 bytes is mute, too.

        Raises :class:`HangUpError` when a fault lets the daemon die meanwhile.
        """
        if card.gone:
            return b""
        try:
            atr = card.link.power(action)
        except (CardMuteError, CardRemovedError):
            return b""
        return atr if 0 < len(atr) <= MAX_ATR else b""

    def _power_up(self, card: Card) -> bool:
        """Power a card that nobody uses yet (pcscd lets idle cards go); False when mute."""
        if card.powered:
            return True
        with card.io:
            if card.powered:
                return True
            spoke = bool(card.atr)
            card.atr = self._atr(card, Power.ON)
            card.powered = speaks = bool(card.atr)
        if spoke != speaks:
            self._tell()
        return speaks

    def _reset(self, reader: Reader, action: int) -> None:
        """Reset or power down the card; every handle has to reconnect."""
        card = reader.card
        if card is not None:
            self._on_event("reset")
            with card.io:
                if action == Disposition.RESET:
                    card.atr = self._atr(card, Power.RESET)
                    card.powered = bool(card.atr)
                else:
                    self._atr(card, Power.OFF)
                    card.powered = False
        with self._changed:
            reader.protocol = 0
            reader.strike(_RESET)
            self._changed.notify_all()
        self._tell()

    # -------------------------------------------- a door that is itself a driver
    def card_in(self, reader: str | None = None) -> Card | None:
        """The card that programs see in the reader; each insertion is another object."""
        return self._reader(reader).card

    def drive(self, card: Card, action: Power) -> None:
        """A driver elsewhere powers the card; what it answered is in ``card.atr`` (b"": mute).

        Switching off spares a card that a program holds here; a reset strikes its handles.
        Raises :class:`HangUpError`.
        """
        where = self._reader_of(card)
        if where is None:
            return
        if action is Power.ON:
            self._power_up(card)
        elif action is Power.RESET:
            self._reset(where, Disposition.RESET)
        elif not where.handles:
            with card.io:
                self._atr(card, Power.OFF)
                card.powered = False

    def left(self, card: Card) -> None:
        """The driver found that this card is gone."""
        where = self._reader_of(card)
        if where is not None:
            self._left(where, card)

    def _reader_of(self, card: Card) -> Reader | None:
        return next((r for r in self._readers if r.card is card), None)

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()


class _Unnoticed:
    """A card that is gone, and how many more calls are answered as if it were not."""

    __slots__ = ("calls", "card", "where")

    def __init__(self, where: Reader, card: Card) -> None:
        self.where, self.card, self.calls = where, card, 2

"""The physical side: readers, what is plugged in and what is inserted. Implements Hands."""

from __future__ import annotations

import threading
from collections.abc import Callable

from onshi.errors import OnshiError, UnknownNameError
from onshi.reader.atr import MAX_ATR
from onshi.reader.codes import Disposition, ScardError
from onshi.reader.records import Card, Reader, ReaderState
from onshi.seams import CardLink, CardMuteError, CardRemovedError, HangUpError, Power

__all__ = ["Slots"]

_RESET = int(ScardError.SCARD_W_RESET_CARD)
_REMOVED = int(ScardError.SCARD_W_REMOVED_CARD)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)


def _same(link: CardLink) -> CardLink:
    return link


def _nothing(what: str) -> None:
    return


class Slots:
    """Readers and cards. One lock guards every state and is never held during card I/O.

    ``wrap`` is put around each inserted card; ``on_event`` is told ``reset`` and ``reinsert``,
    before the card is powered, so that a fault that ends there is over by then. ``listeners``
    are called, without a lock, after each change that programs can see.
    """

    def __init__(
        self,
        *,
        wrap: Callable[[CardLink], CardLink] = _same,
        on_event: Callable[[str], None] = _nothing,
    ) -> None:
        self._wrap, self._on_event = wrap, on_event
        self._changed = threading.Condition(threading.Lock())
        self._readers: list[Reader] = []
        self._awaited: list[_Countdown] = []
        self.listeners: list[Callable[[], None]] = []
        self.closed = False

    # ---------------------------------------------------------------- readers
    def add_reader(self, name: str, *, vendor: str = "") -> None:
        """Plug in a new, empty reader.

        Raises :class:`OnshiError` when the name is taken, empty or longer than the 127 bytes
        that fit into a reader's state.
        """
        if not 0 < len(name.encode()) <= 127 or "\0" in name:
            raise OnshiError(f"a reader's name has 1 to 127 bytes: {name!r}")
        with self._changed:
            if any(r.name == name for r in self._readers):
                raise OnshiError(f"there is a reader {name!r} already")
            self._readers.append(Reader(name, len(self._readers), vendor))
        self._tell()

    def states(self) -> tuple[ReaderState, ...]:
        """A consistent snapshot of the plugged readers, in the order they were added."""
        with self._changed:
            return tuple(r.state() for r in self._readers if r.plugged)

    def has_card(self, reader: str | None = None) -> bool:
        """Whether a card is in the reader. Raises :class:`UnknownNameError`."""
        return self._reader(reader).inside is not None

    def index_of(self, name: str) -> int:
        """The position of a reader, counted from 0; -1 for a name that is none's."""
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
            return self._readers[0]
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
        if where.inside is not None:
            self.remove(reader)
        again = where.last is not None
        where.inside = where.last = link
        if where.plugged:
            self._notice(where, again=again)

    def remove(self, reader: str | None = None) -> None:
        """Take the card out; nothing happens when there is none."""
        where = self._reader(reader)
        where.inside = None
        card = where.card
        if card is not None:
            self._left(where, card)

    def plug(self, reader: str | None = None) -> None:
        """Plug the reader in again; a card that was left inside is noticed."""
        where = self._reader(reader)
        with self._changed:
            if where.plugged:
                return
            where.plugged = True
            where.events = 0
        if where.inside is not None:
            self._notice(where, again=True)
        else:
            self._tell()

    def unplug(self, reader: str | None = None) -> None:
        """Pull the reader's plug: its handles answer SCARD_E_READER_UNAVAILABLE for ever."""
        where = self._reader(reader)
        with self._changed:
            if not where.plugged:
                return
            self._unplug(where)
            self._changed.notify_all()
        self._tell()

    def _unplug(self, where: Reader) -> None:
        where.plugged = False
        where.card = None
        where.protocol = 0
        where.strike(_UNAVAILABLE)
        where.handles.clear()
        where.exclusive = False
        where.unlock()

    def _notice(self, where: Reader, *, again: bool) -> None:
        """A card has come into contact: read its ATR, then show it."""
        assert where.inside is not None
        if again:
            self._on_event("reinsert")
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

    def _atr(self, card: Card, action: Power) -> bytes:
        """Power the card; ``b""`` for a mute one. An ATR longer than 33 bytes is mute, too.

        Raises :class:`HangUpError` when a fault lets the daemon die meanwhile.
        """
        try:
            atr = card.link.power(action)
        except (CardMuteError, CardRemovedError):
            return b""
        return atr if 0 < len(atr) <= MAX_ATR else b""

    # ------------------------------------------------------------------ power
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

    # --------------------------------------------------------------- patience
    def after_looks(self, looks: int, then: Callable[[], None]) -> None:
        """Call ``then`` once programs have looked ``looks`` more times at the readers.

        A look is EstablishContext or a fetch of the readers' states. A program that starts to
        wait for a change has all the patience in the world: that is the last look.
        """
        with self._changed:
            self._awaited.append(_Countdown(looks, then))

    def looked(self) -> None:
        """A program has looked, and has its answer."""
        if not self._awaited:
            return
        with self._changed:
            for one in self._awaited:
                one.left -= 1
            due = [one for one in self._awaited if one.left <= 0]
            self._awaited = [one for one in self._awaited if one.left > 0]
        for one in due:
            one.then()

    def awaited(self) -> None:
        """A program has begun to wait for a change."""
        if not self._awaited:
            return
        with self._changed:
            due, self._awaited = self._awaited, []
        for one in due:
            one.then()


class _Countdown:
    __slots__ = ("left", "then")

    def __init__(self, left: int, then: Callable[[], None]) -> None:
        self.left, self.then = left, then

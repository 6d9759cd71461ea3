"""Who has what: contexts, handles, sharing and transactions."""

from __future__ import annotations

from collections.abc import Callable

from onshi.clock import Clock, Released
from onshi.journal import Journal
from onshi.reader.atr import choose_protocol
from onshi.reader.codes import Disposition, Protocol, ScardError, ShareMode
from onshi.reader.records import Client, Handle, Reader, next_number
from onshi.reader.slots import Slots, _nothing, _same
from onshi.seams import CardLink, HangUpError, Power

__all__ = ["Connections"]

_OK = 0
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_INVALID_VALUE = int(ScardError.SCARD_E_INVALID_VALUE)
_MISMATCH = int(ScardError.SCARD_E_PROTO_MISMATCH)
_NO_CARD = int(ScardError.SCARD_E_NO_SMARTCARD)
_NOT_TRANSACTED = int(ScardError.SCARD_E_NOT_TRANSACTED)
_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)
_UNKNOWN_READER = int(ScardError.SCARD_E_UNKNOWN_READER)
_UNPOWERED = int(ScardError.SCARD_W_UNPOWERED_CARD)
_UNRESPONSIVE = int(ScardError.SCARD_W_UNRESPONSIVE_CARD)

_RAW, _ANY_OLD = int(Protocol.RAW), int(Protocol.ANY_OLD)
_SOME = int(Protocol.T0 | Protocol.T1 | Protocol.RAW | Protocol.ANY_OLD)
_EXCLUSIVE, _DIRECT = int(ShareMode.EXCLUSIVE), int(ShareMode.DIRECT)
_MODES = frozenset(int(m) for m in ShareMode)
_LEAVE, _RESETS = int(Disposition.LEAVE), (int(Disposition.RESET), int(Disposition.UNPOWER))
_DISPOSITIONS = frozenset(int(d) for d in Disposition)

_BEGIN_PATIENCE = 0.1
"""Seconds BeginTransaction waits before it says SHARING_VIOLATION; libpcsclite asks again."""

_PATIENCE = 0.25
"""Seconds a call waits for another program before it looks whether its own is still there."""


def _fault_of(mode: int, protocols: int) -> int:
    """What is wrong with the way a program wants to connect; 0 for nothing."""
    if mode not in _MODES:
        return _INVALID_VALUE
    return _MISMATCH if mode != _DIRECT and not protocols & _SOME else _OK


class Connections(Slots):
    """The service's books on top of the readers. ``restarted`` are called when they are void."""

    def __init__(
        self,
        *,
        journal: Journal,
        wrap: Callable[[CardLink], CardLink] = _same,
        on_event: Callable[[str], None] = _nothing,
        connect_waits: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(wrap=wrap, on_event=on_event, clock=clock)
        self.journal = journal
        self._clients: set[Client] = set()
        self.connect_waits = connect_waits
        self.restarted: list[Callable[[], object]] = []

    # ---------------------------------------------------------------- clients
    def client(self) -> Client:
        """A new owner of contexts: one per connection of a door."""
        client = Client(self.journal)
        with self._changed:
            self._clients.add(client)
        return client

    def drop(self, client: Client) -> None:
        """The client is gone: its contexts are released, whatever state they are in."""
        for context in list(client.contexts):
            try:
                self._release(client, context)
            except (HangUpError, Released):
                client.contexts.discard(context)
        with self._changed:
            self._clients.discard(client)

    def close(self) -> None:
        """The desk closes: every handle is dead, every wait is over. Idempotent."""
        self._forget_looks()
        with self._changed:
            self.closed = True
            for reader in self._readers:
                if reader.plugged:
                    self._unplug(reader)
            self._changed.notify_all()

    def restart(self) -> None:
        """The service goes away and is back at once; contexts and handles of before are void.

        Doors close the connections of their clients. Cards are powered off and on again, and
        their readers count events from the beginning.
        """
        with self._changed:
            plugged = [r for r in self._readers if r.plugged]
            cards = [r.card for r in plugged if r.card is not None]
            for client in self._clients:
                client.contexts.clear()
                client.handles.clear()
            for reader in plugged:
                self._unplug(reader)
            self._changed.notify_all()
        self._tell()
        for listener in list(self.restarted):
            listener()
        for card in cards:
            if card.io.acquire(blocking=False):  # a card that hangs is left alone
                try:
                    self._atr(card, Power.OFF)
                finally:
                    card.io.release()
        for reader in plugged:
            self._plug(reader, "reset")

    # --------------------------------------------------------------- contexts
    def _establish(self, client: Client, scope: int) -> tuple[int, ...]:
        if not 0 <= scope <= 3:
            return (_INVALID_VALUE,)
        context = next_number()
        client.contexts.add(context)
        self.looked()
        return _OK, context

    def _release(self, client: Client, context: int) -> tuple[int]:
        if context not in client.contexts:
            return (_INVALID_HANDLE,)
        for handle in [h for h in client.handles.values() if h.context == context]:
            in_the_middle = handle.reader.owner is handle and not handle.event
            action = Disposition.RESET if in_the_middle else Disposition.LEAVE
            try:
                self._disconnect(client, handle.number, int(action))
            finally:
                self._forget(handle)
        client.contexts.discard(context)
        return (_OK,)

    # ------------------------------------------------------------ connections
    def _connect(
        self, client: Client, context: int, name: str, mode: int, protocols: int
    ) -> tuple[int, ...]:
        if context not in client.contexts:
            return (_INVALID_HANDLE,)
        reader = self._find(name)
        code = _fault_of(mode, protocols) or self._admit(client, reader)
        if code or reader is None:
            return (code,)
        card = reader.card
        if mode != _DIRECT:
            code = self._contact(reader, _UNPOWERED)
            if code:
                return (code,)
        with self._changed:
            if context not in client.contexts:
                return (_INVALID_HANDLE,)
            if not reader.plugged:
                return (_UNKNOWN_READER,)
            if reader.exclusive or (mode == _EXCLUSIVE and reader.handles):
                return (_SHARING,)
            if mode != _DIRECT and reader.card is not card:
                return (_NO_CARD,)
            if not self._negotiate(reader, mode, protocols):
                return (_MISMATCH,)
            handle = Handle(reader, client, context)
            reader.handles.append(handle)
            reader.exclusive = mode == _EXCLUSIVE
            client.handles[handle.number] = handle
            protocol = reader.protocol
        self._tell()
        return _OK, handle.number, protocol

    def _admit(self, client: Client, reader: Reader | None) -> int:
        """Wait until nobody is in the middle of a transaction; a code when it is no use."""
        with self._changed:
            while True:
                if self.closed:
                    raise Released
                if reader is None or not reader.plugged:
                    return _UNKNOWN_READER
                if reader.broken:
                    return _UNAVAILABLE
                if reader.exclusive:
                    return _SHARING
                if reader.owner is None or not self.connect_waits:
                    return _OK
                self._doze(client)

    def _doze(self, client: Client) -> None:
        """Wait a while for a change, with the lock held.

        Raises Released when nobody is left to be answered: a program that waits for itself and
        is killed must not keep the reader.
        """
        if not self._changed.wait(_PATIENCE) and client.has_left():
            raise Released

    def _contact(self, reader: Reader, mute: int) -> int:
        """See to it that a card is there and powered; ``mute`` is the code for one that is not."""
        card = reader.card
        if card is None:
            return _NO_CARD
        return _OK if self._power_up(card) else mute

    def _negotiate(self, reader: Reader, mode: int, protocols: int) -> bool:
        """Settle the protocol as pcscd does: what was settled stays until the next reset."""
        if protocols & _RAW:
            reader.protocol = _RAW
        elif mode != _DIRECT:
            if reader.protocol:
                return bool(protocols & (reader.protocol | _ANY_OLD))
            reader.protocol = choose_protocol(protocols, reader.card.atr if reader.card else b"")
            return reader.protocol != 0
        return True

    def _reconnect(
        self, client: Client, number: int, mode: int, protocols: int, action: int
    ) -> tuple[int, ...]:
        if action != _LEAVE and action not in _RESETS:
            return (_INVALID_VALUE,)
        code = _fault_of(mode, protocols)
        if code:
            return (code,)
        handle = client.handles.get(number)
        if handle is None:
            return (_INVALID_HANDLE,)
        reader = handle.reader
        if handle.event == _UNAVAILABLE:
            return (_UNAVAILABLE,)
        if reader.owner not in (None, handle):
            return (_SHARING,)
        if action in _RESETS:
            self._reset(reader, action)
        code = self._contact(reader, _UNRESPONSIVE)
        if code:
            return (code,)
        with self._changed:
            if handle.event == _UNAVAILABLE:
                return (_UNAVAILABLE,)
            if not self._negotiate(reader, mode, protocols):
                return (_MISMATCH,)
            if mode == _EXCLUSIVE and len(reader.handles) > 1:
                return (_SHARING,)
            if reader.exclusive and mode != _EXCLUSIVE:
                # pcscd keeps the lock of the exclusive time (measured): others wait until one
                # EndTransaction or the end of this handle.
                reader.owner = handle
                reader.locks += 1
            reader.exclusive = mode == _EXCLUSIVE
            handle.event = 0
            protocol = reader.protocol
        self._tell()
        return _OK, protocol

    def _disconnect(self, client: Client, number: int, disposition: int) -> tuple[int]:
        handle = client.handles.get(number)
        if handle is None:
            return (_INVALID_HANDLE,)
        if disposition not in _DISPOSITIONS:
            return (_INVALID_VALUE,)
        reader = handle.reader
        if handle.event != _UNAVAILABLE and disposition in _RESETS:
            with self._changed:
                while reader.owner not in (None, handle) and not self.closed:
                    self._doze(client)
            if handle.event != _UNAVAILABLE:
                self._reset(reader, disposition)
        self._forget(handle)
        return (_OK,)

    def _forget(self, handle: Handle) -> None:
        """Take a handle out of its reader, with its lock."""
        reader = handle.reader
        with self._changed:
            handle.client.handles.pop(handle.number, None)
            if handle not in reader.handles:
                return
            reader.handles.remove(handle)
            reader.exclusive = False
            if reader.owner is handle:
                reader.unlock()
            self._changed.notify_all()
        self._tell()

    # ----------------------------------------------------------- transactions
    def _begin(self, client: Client, number: int) -> tuple[int]:
        handle = client.handles.get(number)
        if handle is None:
            return (_INVALID_HANDLE,)
        reader = handle.reader

        def ready() -> bool:
            return bool(self.closed or handle.event or reader.owner in (None, handle))

        with self._changed:
            came = ready() or self._changed.wait_for(ready, _BEGIN_PATIENCE)
            if self.closed:
                raise Released
            if handle.event:
                return (handle.event,)
            if not came:
                return (_SHARING,)
            reader.owner = handle
            reader.locks += 1
        return (_OK,)

    def _end(self, client: Client, number: int, disposition: int) -> tuple[int]:
        if disposition not in _DISPOSITIONS:
            return (_INVALID_VALUE,)
        handle = client.handles.get(number)
        if handle is None:
            return (_INVALID_HANDLE,)
        if handle.event:
            return (handle.event,)
        reader = handle.reader
        if reader.owner is not handle:
            return (_NOT_TRANSACTED if reader.owner is None else _SHARING,)
        if disposition in _RESETS:
            self._reset(reader, disposition)
        with self._changed:
            if reader.owner is handle:
                reader.locks -= 1
                if reader.locks == 0:
                    reader.unlock()
                    self._changed.notify_all()
        return (_OK,)

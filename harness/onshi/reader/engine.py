"""The PC/SC engine: every SCard call by its name; no sockets.

It answers as pcscd 1.9.9 does: order of checks and return codes were measured against it with
a vpcd card, and follow pcsc-lite's `winscard.c` where they could not be. What a reader says of
itself follows libccid's `ifdhandler.c`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onshi.clock import Clock
from onshi.journal import Journal
from onshi.reader.attributes import attribute_of, control_of
from onshi.reader.codes import Protocol, ScardError
from onshi.reader.connections import Connections
from onshi.reader.records import Client, Reader, ReaderState
from onshi.reader.slots import _nothing, _same
from onshi.seams import CardLink, CardMuteError, CardRemovedError

__all__ = ["ReaderEngine"]

_OK = 0
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_MISMATCH = int(ScardError.SCARD_E_PROTO_MISMATCH)
_NO_CARD = int(ScardError.SCARD_E_NO_SMARTCARD)
_NOT_TRANSACTED = int(ScardError.SCARD_E_NOT_TRANSACTED)
_REMOVED = int(ScardError.SCARD_W_REMOVED_CARD)
_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)
_UNSUPPORTED = int(ScardError.SCARD_E_UNSUPPORTED_FEATURE)
_RAW, _ANY_OLD = int(Protocol.RAW), int(Protocol.ANY_OLD)


class ReaderEngine(Connections):
    """One desk's PC/SC subsystem: implements ``ReaderCalls`` and ``Hands``.

    Arguments and values of each call (return codes are unsigned ints, the first value):

    =================  ==================================  ==============================
    name               arguments                           values after the code
    =================  ==================================  ==============================
    EstablishContext   scope                               context
    ReleaseContext     context
    Connect            context, reader, mode, protocols    handle, protocol
    Reconnect          handle, mode, protocols, action     protocol
    Disconnect         handle, disposition
    BeginTransaction   handle
    EndTransaction     handle, disposition
    Transmit           handle, protocol, apdu              response
    Control            handle, code, data                  data
    Status             handle                              ReaderState
    GetAttrib          handle, attribute                   value
    SetAttrib          handle, attribute, value
    Cancel             context
    ReadersState                                           tuple of ReaderState
    Wait
    =================  ==================================  ==============================

    On an error the other values are left out. ``Wait`` says that a program has begun to wait for
    a change, and answers at once: the door does the waiting. ``connect_waits``: as in pcscd, a
    connection waits while another handle holds a transaction, so that a client that connects
    again without ending its own transaction waits for itself. Whoever waits when the engine is
    closed gets :class:`onshi.clock.Released`.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        wrap: Callable[[CardLink], CardLink] = _same,
        on_event: Callable[[str], None] = _nothing,
        connect_waits: bool = True,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(
            journal=journal,
            wrap=wrap,
            on_event=on_event,
            connect_waits=connect_waits,
            clock=clock,
        )
        self._by_name: dict[str, Callable[..., tuple[Any, ...]]] = {
            "EstablishContext": self._establish,
            "ReleaseContext": self._release,
            "Connect": self._connect,
            "Reconnect": self._reconnect,
            "Disconnect": self._disconnect,
            "BeginTransaction": self._begin,
            "EndTransaction": self._end,
            "Transmit": self._transmit,
            "Control": self._control,
            "Status": self._status,
            "GetAttrib": self._get_attrib,
            "SetAttrib": self._set_attrib,
            "Cancel": self._cancel,
            "ReadersState": self._readers_state,
            "Wait": self._wait,
        }

    def call(self, name: str, client: Client, /, *args: Any) -> tuple[Any, ...]:
        """One SCard call. Raises KeyError for a name that is none, and what faults raise."""
        result = self._by_name[name](client, *args)
        if self._unnoticed:
            self._called()
        return result

    # ------------------------------------------------------------------ looks
    def _cancel(self, client: Client, context: int) -> tuple[int]:
        return (_OK,) if context in client.contexts else (_INVALID_HANDLE,)

    def _readers_state(self, client: Client) -> tuple[int, tuple[ReaderState, ...]]:
        states = self.states()
        self.looked()
        return _OK, states

    def _wait(self, client: Client) -> tuple[int]:
        self.awaited()
        return (_OK,)

    # -------------------------------------------------------------- exchanges
    def _transmit(
        self, client: Client, number: int, protocol: int, apdu: bytes
    ) -> tuple[int, bytes]:
        handle = client.handles.get(number)
        if handle is None:
            return _INVALID_HANDLE, b""
        reader = handle.reader
        owner = reader.owner
        if owner is not None and owner is not handle:
            return _SHARING, b""
        if handle.event:
            return handle.event, b""
        card = reader.card
        if card is None:
            return _NO_CARD if protocol != _RAW else _NOT_TRANSACTED, b""
        if protocol != reader.protocol and protocol not in (_RAW, _ANY_OLD):
            return _MISMATCH, b""
        if card.gone or (not card.powered and not self._power_up(card)):
            return _NOT_TRANSACTED, b""
        try:
            with card.io:
                answer = card.link.transmit(apdu)
        except CardRemovedError as e:
            if e.raw:
                self._slipped(reader, card)
                return _NOT_TRANSACTED, b""
            self._left(reader, card)
            return handle.event or _REMOVED, b""
        except CardMuteError:
            return _NOT_TRANSACTED, b""
        if reader.card is not card:
            return handle.event or _REMOVED, b""
        return _OK, answer

    def _control(self, client: Client, number: int, code: int, data: bytes) -> tuple[int, bytes]:
        handle = client.handles.get(number)
        if handle is None:
            return _INVALID_HANDLE, b""
        if handle.reader.owner not in (None, handle):
            return _SHARING, b""
        if handle.event == _UNAVAILABLE:
            return _UNAVAILABLE, b""
        return control_of(handle.reader, code)

    def _check(self, client: Client, number: int) -> tuple[Reader | None, int]:
        """The reader of a handle that may be used now, or the code that says why not."""
        handle = client.handles.get(number)
        if handle is None:
            return None, _INVALID_HANDLE
        if handle.reader.owner not in (None, handle):
            return None, _SHARING
        return handle.reader, handle.event

    def _status(self, client: Client, number: int) -> tuple[Any, ...]:
        reader, code = self._check(client, number)
        if code or reader is None:
            return (code,)
        with self._changed:
            return _OK, reader.state()

    def _get_attrib(self, client: Client, number: int, attribute: int) -> tuple[int, bytes]:
        reader, code = self._check(client, number)
        if code or reader is None:
            return code, b""
        return attribute_of(reader, attribute)

    def _set_attrib(self, client: Client, number: int, attribute: int, value: bytes) -> tuple[int]:
        reader, code = self._check(client, number)
        return (code,) if code or reader is None else (_UNSUPPORTED,)

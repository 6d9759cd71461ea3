"""pyscard's C functions, one by one: arguments, checks and return shapes as pyscard 2.3.1 has them.

Lists come after the code in one list, a plain int where there is nothing but the code. A wrong
type raises TypeError with pyscard's own words. What libpcsclite refuses before it asks anybody
(no APDU, a name that is too long) is refused here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from onshi.doors.pyscard_context import Context
from onshi.doors.pyscard_wait import Waits
from onshi.reader import ReaderState, ScardError

if TYPE_CHECKING:
    from onshi.doors.pyscard import PyscardDoor

__all__ = ["Calls"]

_INSUFFICIENT = int(ScardError.SCARD_E_INSUFFICIENT_BUFFER)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_INVALID_PARAMETER = int(ScardError.SCARD_E_INVALID_PARAMETER)
_INVALID_VALUE = int(ScardError.SCARD_E_INVALID_VALUE)
_NO_CARD = int(ScardError.SCARD_E_NO_SMARTCARD)
_NO_READERS = int(ScardError.SCARD_E_NO_READERS_AVAILABLE)
_STOPPED = int(ScardError.SCARD_E_SERVICE_STOPPED)
_UNKNOWN_READER = int(ScardError.SCARD_E_UNKNOWN_READER)

_RAW = 4
_LONGEST_NAME = 128
_LONGEST = 65548
"""Bytes of an APDU, of a control's data and of their answers."""
_LONGEST_ATTRIBUTE = 264
_GROUP = "SCard$DefaultReaders"

_ADMINISTRATION: dict[str, list[Any]] = {
    "SCardAddReaderToGroup": [],
    "SCardForgetCardType": [],
    "SCardForgetReader": [],
    "SCardForgetReaderGroup": [],
    "SCardIntroduceCardType": [],
    "SCardIntroduceReader": [],
    "SCardIntroduceReaderGroup": [],
    "SCardRemoveReaderFromGroup": [],
    "SCardGetCardTypeProviderName": [""],
    "SCardListCards": [[]],
    "SCardListInterfaces": [[]],
    "SCardLocateCards": [[]],
}
"""Windows' registry of readers and cards, where pyscard has it: there is none here. The values
after the code when a call fails."""


class Calls:
    """The functions, on the state of a door."""

    def __init__(self, door: PyscardDoor, module: Any) -> None:
        self._door = door
        self._raw: int = module.SCARD_PROTOCOL_RAW
        self._pci = {1: 1, 2: 2, self._raw: _RAW, 0: _RAW}
        self._negative = module.SCARD_E_NO_SERVICE < 0
        self._waits = Waits(door)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the name that they have in pyscard."""
        return {
            "SCardEstablishContext": self.establish,
            "SCardReleaseContext": self.release,
            "SCardIsValidContext": self.is_valid,
            "SCardListReaders": self.list_readers,
            "SCardListReaderGroups": self.list_groups,
            "SCardConnect": self.connect,
            "SCardReconnect": self.reconnect,
            "SCardDisconnect": self.disconnect,
            "SCardBeginTransaction": self.begin,
            "SCardEndTransaction": self.end,
            "SCardTransmit": self.transmit,
            "SCardControl": self.control,
            "SCardStatus": self.status,
            "SCardGetAttrib": self.get_attrib,
            "SCardSetAttrib": self.set_attrib,
            "SCardGetStatusChange": self.status_change,
            "SCardCancel": self.cancel,
            **{name: self._administration(name) for name in _ADMINISTRATION},
        }

    # ----------------------------------------------------------------- codes
    def _code(self, code: int) -> int:
        """As pyscard's own constants are on this platform: on Windows they are negative."""
        return code - 0x100000000 if self._negative and code >= 0x80000000 else code

    def _foreign(self, name: str, failed: list[Any], *args: Any) -> Any:
        """A number that is none of ours: nobody's here, and perhaps somebody's without a desk."""
        if self._door.desk is None:
            return self._door.original(name)(*args)
        return [self._code(_INVALID_HANDLE), *failed] if failed else self._code(_INVALID_HANDLE)

    def _ask(self, context: Context, name: str, handle: int, *args: Any) -> tuple[Any, ...]:
        with context.lock:
            return context.on_handle(self._door.desk, name, handle, *args)

    # -------------------------------------------------------------- contexts
    def establish(self, scope: int) -> Any:
        _dword(scope)
        door, desk = self._door, self._door.desk
        if desk is None:
            return door.original("SCardEstablishContext")(scope)
        context = Context(desk)
        result = context.call(desk, "EstablishContext", scope)
        if result[0]:
            context.give_up()
            return [self._code(result[0]), 0]
        context.number = result[1]
        door.remember(context)
        return [0, context.number]

    def release(self, hcontext: int) -> Any:
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign("SCardReleaseContext", [], hcontext)
        with context.lock:
            desk = self._door.desk
            client = context.seat(desk)
            code = 0
            if context.broken or (client is not None and hcontext in client.contexts):
                code = context.call(desk, "ReleaseContext", hcontext)[0]
            if not code or context.broken:
                context.give_up()
                self._door.forget(context)
        return self._code(code)

    def is_valid(self, hcontext: int) -> Any:
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign("SCardIsValidContext", [], hcontext)
        desk = self._door.desk
        if context.broken or context.left_over(desk):
            return 0
        return self._code(context.call(desk, "IsValidContext", hcontext)[0])

    def list_readers(self, hcontext: int, readergroups: list[str] | None) -> Any:
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign("SCardListReaders", [[]], hcontext, readergroups)
        with context.lock:
            desk = self._door.desk
            states: tuple[ReaderState, ...] = ()
            code = _STOPPED if context.stopped else self._library(context, desk, "ListReaders")
            if not code:
                code, states = self._states(context, desk)
        if not code and not states:
            code = _NO_READERS
        return [self._code(code), [row.name for row in states] if not code else []]

    def list_groups(self, hcontext: int) -> Any:
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign("SCardListReaderGroups", [[]], hcontext)
        with context.lock:
            code = 0
            if not context.broken:
                code = self._library(context, self._door.desk, "ListReaderGroups")
        return [self._code(code), [] if code else [_GROUP]]

    def _library(self, context: Context, desk: Any, name: str) -> int:
        """What a fault, or a broken connection, has to say of a call that the library answers."""
        if not context.broken and context.left_over(desk) and not context.may_connect(desk):
            return 0
        code: int = context.call(desk, name, context.number)[0]
        return code

    def _states(self, context: Context, desk: Any) -> tuple[int, tuple[ReaderState, ...]]:
        code, *values = context.call(desk, "ReadersState")
        if code:
            return code, ()
        return 0, self._door.view(context, desk, values[0] if values else None)

    def status_change(self, hcontext: int, timeout: int, states: list[Any]) -> Any:
        return self._waits.status_change(hcontext, timeout, states, self._code, self._foreign)

    def cancel(self, hcontext: int) -> Any:
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign("SCardCancel", [], hcontext)
        return self._code(self._waits.cancel(context))

    # ----------------------------------------------------------------- cards
    def connect(self, hcontext: int, reader: str | None, mode: int, protocols: int) -> Any:
        if reader is not None and not isinstance(reader, str):
            raise TypeError("in method 'SCardConnect', argument 2 of type 'char *'")
        context = self._door.contexts.get(_context(hcontext))
        if context is None:
            return self._foreign(
                "SCardConnect", [0, 0], hcontext, reader, _dword(mode), _dword(protocols)
            )
        result = self._connect(context, reader, _dword(mode), _dword(protocols))
        if result[0]:
            return [self._code(result[0]), 0, 0]
        _, handle, protocol = result
        self._door.handles[handle] = context
        return [0, handle, self._protocol(protocol)]

    def _connect(
        self, context: Context, reader: str | None, mode: int, protocols: int
    ) -> tuple[Any, ...]:
        if reader is None:
            return (_UNKNOWN_READER,)
        if len(reader.encode()) > _LONGEST_NAME:
            return (_INVALID_VALUE,)
        with context.lock:
            desk = self._door.desk
            if context.stopped:
                return (_STOPPED,)
            if context.broken:
                return context.call(desk, "Connect")
            if desk is None:
                return (_NO_CARD,)
            if not context.may_connect(desk):
                return (_INVALID_HANDLE,)
            wanted = self._bits(protocols)
            return context.call(desk, "Connect", context.number, reader, mode, wanted)

    def _bits(self, protocols: int) -> int:
        """pyscard's bits for protocols as pcsc-lite's: RAW is another one on Windows."""
        return protocols & ~self._raw | _RAW if protocols & self._raw else protocols

    def _protocol(self, protocol: int) -> int:
        return self._raw if protocol == _RAW else protocol

    def reconnect(self, hcard: int, mode: int, protocols: int, action: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardReconnect", [0], hcard, mode, protocols, action)
        wanted = self._bits(_dword(protocols))
        result = self._ask(context, "Reconnect", hcard, _dword(mode), wanted, _dword(action))
        return [self._code(result[0]), 0 if result[0] else self._protocol(result[1])]

    def disconnect(self, hcard: int, disposition: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardDisconnect", [], hcard, disposition)
        code = self._ask(context, "Disconnect", hcard, _dword(disposition))[0]
        if not code:
            self._door.handles.pop(hcard, None)
        return self._code(code)

    def begin(self, hcard: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardBeginTransaction", [], hcard)
        return self._code(self._ask(context, "BeginTransaction", hcard)[0])

    def end(self, hcard: int, disposition: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardEndTransaction", [], hcard, disposition)
        return self._code(self._ask(context, "EndTransaction", hcard, _dword(disposition))[0])

    def transmit(self, hcard: int, pci: int, apdu: list[int]) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardTransmit", [[]], hcard, pci, apdu)
        command, protocol = _octets(apdu), self._pci.get(pci)
        if protocol is None or not command:
            return [self._code(_INVALID_PARAMETER), []]
        if len(command) > _LONGEST:
            return [self._code(_INSUFFICIENT), []]
        return self._octets_of(self._ask(context, "Transmit", hcard, protocol, command), _LONGEST)

    def _octets_of(self, result: tuple[Any, ...], room: int) -> list[Any]:
        """A code and bytes as pyscard gives them; bytes for which there is no room are an error."""
        if result[0]:
            return [self._code(result[0]), []]
        if len(result[1]) > room:
            return [self._code(_INSUFFICIENT), []]
        return [0, list(result[1])]

    def control(self, hcard: int, code: int, data: list[int]) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardControl", [[]], hcard, code, data)
        sent = _octets(data)
        if len(sent) > _LONGEST:
            return [self._code(_INSUFFICIENT), []]
        return self._octets_of(self._ask(context, "Control", hcard, _dword(code), sent), _LONGEST)

    def status(self, hcard: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardStatus", ["", 0, 0, []], hcard)
        with context.lock:
            desk = self._door.desk
            code = context.call(desk, "ReadersState")[0]
            row = None
            if not code:
                code, *values = context.on_handle(desk, "Status", hcard)
                row = values[0] if not code else None
        if row is None:
            return [self._code(code), "", 0, 0, []]
        flavour = self._door.flavour
        assert flavour is not None
        return [0, row.name, flavour.status(row), self._protocol(row.protocol), list(row.atr)]

    def get_attrib(self, hcard: int, attribute: int) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardGetAttrib", [[]], hcard, attribute)
        result = self._ask(context, "GetAttrib", hcard, _dword(attribute))
        return self._octets_of(result, _LONGEST_ATTRIBUTE)

    def set_attrib(self, hcard: int, attribute: int, value: list[int]) -> Any:
        context = self._door.handles.get(_handle(hcard))
        if context is None:
            return self._foreign("SCardSetAttrib", [], hcard, attribute, value)
        sent = _octets(value)
        if len(sent) > _LONGEST_ATTRIBUTE:
            return self._code(_INSUFFICIENT)
        return self._code(self._ask(context, "SetAttrib", hcard, _dword(attribute), sent)[0])

    # -------------------------------------------------------- administration
    def _administration(self, name: str) -> Callable[..., Any]:
        failed = _ADMINISTRATION[name]

        def refuse(*args: Any) -> Any:
            flavour = self._door.flavour
            if self._door.desk is None or flavour is None:
                return self._door.original(name)(*args)
            code = self._code(flavour.unsupported)
            return [code, *failed] if failed else code

        return refuse


def _context(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("Expected a python long as SCARDCONTEXT.")
    return value


def _handle(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("Expected a python long as SCARDHANDLE.")
    return value


def _dword(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError("Expected a python integer or long.")
    return value


def _octets(value: Any) -> bytes:
    """A list of ints as bytes; of each the lowest eight bits count."""
    if not isinstance(value, list):
        raise TypeError("Expected a list object.")
    try:
        return bytes(value)
    except TypeError:
        raise TypeError("Expected a list of bytes.") from None
    except (ValueError, OverflowError):
        return bytes(one & 0xFF for one in value)

"""libpcsclite called directly, with every buffer and length ours to choose.

A step is a tuple of an operation and its arguments; contexts and handles go by names. Its
result is one line: the return code in hex, and what the call gave, without names of readers.
"""

from __future__ import annotations

import ctypes
import threading
from typing import Any

__all__ = ["Calls"]

_LONG, _DWORD = ctypes.c_long, ctypes.c_ulong
_ROOM = 70000
_PNP = b"\\\\?PnP?\\Notification"


class _State(ctypes.Structure):
    _fields_ = [
        ("reader", ctypes.c_char_p),
        ("user", ctypes.c_void_p),
        ("current", _DWORD),
        ("event", _DWORD),
        ("atr_length", _DWORD),
        ("atr", ctypes.c_ubyte * 33),
    ]


class _Pci(ctypes.Structure):
    _fields_ = [("protocol", _DWORD), ("length", _DWORD)]


class Calls:
    """One program. The reader that the steps mean is the first one in the list."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL("libpcsclite.so.1")
        self.contexts: dict[str, int] = {}
        self.handles: dict[str, int] = {}
        self.reader = b""
        self.first_count = -1
        self._waiting: list[tuple[threading.Thread, list[str]]] = []

    def step(self, what: str, *args: Any) -> str:
        return str(getattr(self, f"do_{what}")(*args))

    def _code(self, value: int) -> str:
        return f"{value & 0xFFFFFFFF:08X}"

    def _handle(self, name: str) -> _LONG:
        return _LONG(self.handles.get(name, 0))

    def _context(self, name: str) -> _LONG:
        return _LONG(self.contexts.get(name, 0x7777))

    # --------------------------------------------------------------- contexts
    def do_establish(self, name: str, scope: int = 2) -> str:
        context = _LONG()
        code = self.lib.SCardEstablishContext(_DWORD(scope), None, None, ctypes.byref(context))
        if code == 0:
            self.contexts[name] = context.value
        return self._code(code)

    def do_release(self, name: str) -> str:
        return self._code(self.lib.SCardReleaseContext(self._context(name)))

    def do_is_valid(self, name: str) -> str:
        return self._code(self.lib.SCardIsValidContext(self._context(name)))

    def do_cancel(self, name: str) -> str:
        return self._code(self.lib.SCardCancel(self._context(name)))

    def do_list(self, name: str, room: int = _ROOM) -> str:
        """The code and how many readers; the first is the one we mean from now on."""
        buffer, size = ctypes.create_string_buffer(_ROOM), _DWORD(room)
        code = self.lib.SCardListReaders(self._context(name), None, buffer, ctypes.byref(size))
        if code:
            return self._code(code)
        names = [n for n in buffer.raw[: size.value].split(b"\0") if n]
        self.reader = names[0]
        return f"{self._code(code)} {len(names)}"

    def do_groups(self, name: str) -> str:
        buffer, size = ctypes.create_string_buffer(_ROOM), _DWORD(_ROOM)
        code = self.lib.SCardListReaderGroups(self._context(name), buffer, ctypes.byref(size))
        return f"{self._code(code)} {buffer.raw[: size.value]!r}"

    # ------------------------------------------------------------------ cards
    def do_connect(
        self, context: str, handle: str, mode: int = 2, protocols: int = 3, reader: str = ""
    ) -> str:
        got, protocol = _LONG(), _DWORD()
        code = self.lib.SCardConnect(
            self._context(context), reader.encode() or self.reader, _DWORD(mode),
            _DWORD(protocols), ctypes.byref(got), ctypes.byref(protocol),
        )  # fmt: skip
        if code:
            return self._code(code)
        self.handles[handle] = got.value
        return f"{self._code(code)} T{protocol.value}"

    def do_reconnect(self, handle: str, mode: int, protocols: int, action: int) -> str:
        protocol = _DWORD()
        code = self.lib.SCardReconnect(
            self._handle(handle), _DWORD(mode), _DWORD(protocols), _DWORD(action),
            ctypes.byref(protocol),
        )  # fmt: skip
        return self._code(code) + (f" T{protocol.value}" if code == 0 else "")

    def do_disconnect(self, handle: str, disposition: int = 0) -> str:
        return self._code(self.lib.SCardDisconnect(self._handle(handle), _DWORD(disposition)))

    def do_begin(self, handle: str) -> str:
        return self._code(self.lib.SCardBeginTransaction(self._handle(handle)))

    def do_end(self, handle: str, disposition: int = 0) -> str:
        return self._code(self.lib.SCardEndTransaction(self._handle(handle), _DWORD(disposition)))

    def do_status(self, handle: str, room: int = 256, atr_room: int = 33) -> str:
        """Code, state, protocol, ATR."""
        name, size = ctypes.create_string_buffer(256), _DWORD(room)
        state, protocol = _DWORD(), _DWORD()
        atr, length = (ctypes.c_ubyte * 64)(), _DWORD(atr_room)
        code = self.lib.SCardStatus(
            self._handle(handle), name, ctypes.byref(size), ctypes.byref(state),
            ctypes.byref(protocol), atr, ctypes.byref(length),
        )  # fmt: skip
        if code:
            return self._code(code)
        assert name.value == self.reader
        shown = bytes(atr)[: length.value].hex()
        return f"{self._code(code)} {state.value & 0xFFFF:x} T{protocol.value} {shown}"

    def do_transmit(
        self, handle: str, apdu: str, protocol: int = 2, room: int = _ROOM, zeros: int = 0
    ) -> str:
        """``zeros`` bytes are put after ``apdu``. Long answers are shown by their length."""
        sent = bytes.fromhex(apdu) + bytes(zeros)
        buffer, size = ctypes.create_string_buffer(_ROOM), _DWORD(room)
        pci = _Pci(protocol, ctypes.sizeof(_Pci))
        code = self.lib.SCardTransmit(
            self._handle(handle), ctypes.byref(pci), sent, _DWORD(len(sent)), None, buffer,
            ctypes.byref(size),
        )  # fmt: skip
        if code:
            return self._code(code)
        answer = buffer.raw[: size.value]
        shown = answer.hex() if len(answer) < 40 else f"{len(answer)} bytes"
        return f"{self._code(code)} {shown}".rstrip()

    def do_until(self, handle: str, apdu: str, wanted: str) -> str:
        """Transmit until the code is the one that is wanted; the codes on the way."""
        seen: list[str] = []
        for _ in range(200_000):
            code = self.do_transmit(handle, apdu).split()[0]
            if code not in seen:
                seen.append(code)
            if code == wanted:
                break
        return " ".join(seen)

    def do_control(self, handle: str, code: int, data: str = "", room: int = 264) -> str:
        sent = bytes.fromhex(data)
        buffer, size = ctypes.create_string_buffer(_ROOM), _DWORD()
        result = self.lib.SCardControl(
            self._handle(handle), _DWORD(code), sent, _DWORD(len(sent)), buffer, _DWORD(room),
            ctypes.byref(size),
        )  # fmt: skip
        if result:
            return self._code(result)
        return f"{self._code(result)} {buffer.raw[: size.value].hex()}".rstrip()

    def do_attrib(self, handle: str, number: int, room: int = 264) -> str:
        buffer, size = ctypes.create_string_buffer(264), _DWORD(room)
        code = self.lib.SCardGetAttrib(
            self._handle(handle), _DWORD(number), buffer, ctypes.byref(size)
        )
        if code:
            return self._code(code)
        value = buffer.raw[: size.value]
        if value.rstrip(b"\0") == self.reader:
            return f"{self._code(code)} its name and {len(value) - len(self.reader)} NUL"
        return f"{self._code(code)} {value.hex()}".rstrip()

    def do_set_attrib(self, handle: str, number: int, value: str) -> str:
        data = bytes.fromhex(value)
        return self._code(
            self.lib.SCardSetAttrib(self._handle(handle), _DWORD(number), data, _DWORD(len(data)))
        )

    # ----------------------------------------------------------------- states
    def do_state(self, context: str, timeout: int = 0, known: int = 0, reader: str = "") -> str:
        """Code, state bits, insertions and removals since the script began, bytes of ATR.

        Of a reader that is named, the count is shown as it is.
        """
        rows = (_State * 1)(_State(reader.encode() or self.reader, None, known))
        code = self.lib.SCardGetStatusChange(self._context(context), _DWORD(timeout), rows, 1)
        event = rows[0].event
        if self.first_count < 0:
            self.first_count = event >> 16
        count = event >> 16 if reader else (event >> 16) - self.first_count
        return f"{self._code(code)} {event & 0xFFFF:x} {count} {rows[0].atr_length}"

    def do_known(self, context: str, timeout: int) -> str:
        """Wait for a change from what is so now."""
        rows = (_State * 1)(_State(self.reader, None, 0))
        self.lib.SCardGetStatusChange(self._context(context), _DWORD(0), rows, 1)
        return self.do_state(context, timeout, rows[0].event & ~0x2)

    def do_pnp(self, context: str, timeout: int = 0) -> str:
        return self.do_state(context, timeout, 0, _PNP.decode())

    # ---------------------------------------------------------------- threads
    def do_start(self, *step: Any) -> str:
        """Make a call that will wait; how it looks a moment later."""
        result: list[str] = []
        thread = threading.Thread(target=lambda: result.append(self.step(*step)), daemon=True)
        thread.start()
        thread.join(0.12)
        self._waiting.append((thread, result))
        return "waits" if thread.is_alive() else result[0]

    def do_join(self) -> str:
        """The result of the call that was started last."""
        thread, result = self._waiting.pop()
        thread.join(5)
        return result[0] if result else "still waits"

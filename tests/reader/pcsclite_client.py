"""A PC/SC client library of our own, written from the protocol's description alone.

It shares nothing with the server under test: its structs are typed in here once more, byte by
byte, so that both would have to be wrong in the same way. What libpcsclite does between the
calls (fetching states, registering for one event, stopping) is done here, too.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from dataclasses import dataclass

__all__ = ["Closed", "Event", "PcscLite", "Row", "cancel", "raw_request", "until_closed"]

OK = 0
CANCELLED, TIMEOUT, STOPPED = 0x80100002, 0x8010000A, 0x8010001E

_HEADER = struct.Struct("=II")
_STATE = struct.Struct("=128s I I i 33s 3x I I")
_FORMS = {
    0x01: struct.Struct("=III"),  # establish: scope, context, rv
    0x02: struct.Struct("=II"),  # release: context, rv
    0x04: struct.Struct("=I128sIIiII"),  # connect
    0x05: struct.Struct("=iIIIII"),  # reconnect
    0x06: struct.Struct("=iII"),  # disconnect: handle, disposition, rv
    0x07: struct.Struct("=iI"),  # begin
    0x08: struct.Struct("=iII"),  # end
    0x09: struct.Struct("=iIIIIIII"),  # transmit
    0x0A: struct.Struct("=iIIIII"),  # control
    0x0B: struct.Struct("=iI"),  # status
    0x0D: struct.Struct("=iI"),  # cancel
    0x0F: struct.Struct("=iI264sII"),  # get attribute
    0x10: struct.Struct("=iI264sII"),  # set attribute
    0x11: struct.Struct("=iiI"),  # version
}
SIZES = {command: form.size for command, form in _FORMS.items()} | {
    0x12: 0,
    0x13: 0,
    0x14: 0,
    0x15: 0,
    0x16: 0,
    0x17: 0,
}


class Closed(Exception):
    """The server has closed the connection."""


@dataclass(frozen=True)
class Row:
    """One reader."""

    name: str
    events: int
    state: int
    sharing: int
    atr: bytes
    protocol: int


@dataclass(frozen=True)
class Event:
    """The one message that ends a wait."""

    zero: int
    code: int


def raw_request(command: int, *values: object, payload: bytes = b"") -> bytes:
    """Header, body, payload, as one piece."""
    body = _FORMS[command].pack(*values) if command in _FORMS else b""
    return _HEADER.pack(len(body), command) + body + payload


class PcscLite:
    """One SCARDCONTEXT's connection, with the protocol's minor version ``minor``."""

    def __init__(self, path: str, minor: int = 4, *, seconds: float = 5.0) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(seconds)
        self.sock.connect(path)
        self.minor = minor
        self.context = 0
        self._rest = b""
        if minor:
            assert self.version(4, minor) == (4, minor, OK)

    def close(self) -> None:
        self.sock.close()

    # ------------------------------------------------------------------ bytes
    def send(self, command: int, *values: object, payload: bytes = b"") -> None:
        """Header, body and payload each on its own, as the library writes them."""
        body = _FORMS[command].pack(*values) if command in _FORMS else b""
        with contextlib.suppress(BrokenPipeError):
            self.sock.sendall(_HEADER.pack(len(body), command))
            for part in (body, payload):
                if part:
                    self.sock.sendall(part)

    def take(self, size: int) -> bytes:
        """Exactly so many bytes. Raises :class:`Closed`, TimeoutError."""
        while len(self._rest) < size:
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                raise Closed
            self._rest += more
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def ask(self, command: int, *values: object) -> tuple[int, ...]:
        self.send(command, *values)
        return self.reply(command)

    def reply(self, command: int) -> tuple[int, ...]:
        form = _FORMS[command]
        return form.unpack(self.take(form.size))

    def silent(self) -> bool:
        """Nothing was sent that was not asked for: the next answer begins at once."""
        self.send(0x15)
        number, code = struct.unpack("=II", self.take(8))
        return code == OK and not self._rest and number < 1000

    def closed(self) -> bool:
        """Whether the server has closed, with nothing more to read."""
        try:
            self.take(1)
        except Closed:
            return True
        return False

    # --------------------------------------------------------------- contexts
    def version(self, major: int, minor: int) -> tuple[int, ...]:
        return self.ask(0x11, major, minor, 0)

    def step_down(self, minor: int) -> int:
        """As newer libraries: begin with the newest they know, follow what the server says."""
        major, theirs, code = self.version(4, minor)
        if code == STOPPED:
            major, theirs, code = self.version(major, min(theirs, minor))
        assert (major, code) == (4, OK)
        self.minor = theirs
        return theirs

    def establish(self, scope: int = 0) -> int:
        """The return code; the context is kept."""
        echoed, context, code = self.ask(0x01, scope, 0, 0)
        assert echoed == scope
        if code == OK:
            self.context = context
        return code

    def release(self) -> int:
        return self.ask(0x02, self.context, 0)[1]

    # ------------------------------------------------------------------ cards
    def connect(
        self, reader: str | bytes, mode: int = 2, protocols: int = 3
    ) -> tuple[int, int, int]:
        """(return code, handle, protocol)"""
        name = reader.encode() if isinstance(reader, str) else reader
        reply = self.ask(0x04, self.context, name, mode, protocols, 0, 0, 0)
        return reply[6], reply[4], reply[5]

    def reconnect(self, handle: int, mode: int, protocols: int, action: int) -> tuple[int, int]:
        reply = self.ask(0x05, handle, mode, protocols, action, 0, 0)
        return reply[5], reply[4]

    def disconnect(self, handle: int, disposition: int = 0) -> int:
        return self.ask(0x06, handle, disposition, 0)[2]

    def begin(self, handle: int) -> int:
        return self.ask(0x07, handle, 0)[1]

    def end(self, handle: int, disposition: int = 0) -> int:
        return self.ask(0x08, handle, disposition, 0)[2]

    def status(self, handle: int) -> int:
        return self.ask(0x0B, handle, 0)[1]

    def transmit(
        self, handle: int, apdu: bytes, *, pci: int = 2, room: int = 65548
    ) -> tuple[int, bytes]:
        """(return code, answer); only an answer that is none has no bytes after the struct."""
        self.send(0x09, handle, pci, 16, len(apdu), pci, 16, room, 0, payload=apdu)
        reply = self.reply(0x09)
        assert reply[:2] == (handle, pci)
        return reply[7], self.take(reply[6]) if reply[7] == OK else b""

    def control(self, handle: int, code: int, data: bytes = b"") -> tuple[int, bytes]:
        self.send(0x0A, handle, code, len(data), 264, 0, 0, payload=data)
        reply = self.reply(0x0A)
        return reply[5], self.take(reply[4]) if reply[5] == OK else b""

    def attribute(self, handle: int, number: int, room: int = 264) -> tuple[int, bytes]:
        reply = self.ask(0x0F, handle, number, b"", room, 0)
        value = reply[2]
        assert isinstance(value, bytes)
        return reply[4], value[: reply[3]] if reply[4] == OK else b""

    def set_attribute(self, handle: int, number: int, value: bytes) -> int:
        return self.ask(0x10, handle, number, value, len(value), 0)[4]

    # ----------------------------------------------------------------- states
    def rows(self) -> list[Row]:
        """The readers, fetched the way this version does it."""
        if self.minor >= 6:
            self.send(0x16)
            (slots,) = struct.unpack("=i", self.take(4))
            self.send(0x17)
            return self._read_rows(slots)
        self.send(0x12)
        return self._read_rows(16)

    def _read_rows(self, slots: int) -> list[Row]:
        found = []
        for name, events, state, sharing, atr, size, protocol in _STATE.iter_unpack(
            self.take(_STATE.size * slots)
        ):
            text = name.split(b"\0")[0].decode()
            if text:
                found.append(Row(text, events, state, sharing, atr[:size], protocol))
            else:
                assert not any(name)
        return found

    def wait(self) -> list[Row]:
        """Register for one event; the readers as they are by then."""
        self.send(0x13)
        return self.read_after_wait()

    def read_after_wait(self) -> list[Row]:
        """Up to 4.5 the registration is answered; later the states are asked for."""
        return self._read_rows(16) if self.minor <= 5 else self.rows()

    def event(self) -> Event:
        """Wait for the event that was registered for."""
        return Event(*struct.unpack("=II", self.take(8)))

    def stop(self) -> None:
        """Say that we do not wait any more; :meth:`event` reads the answer, if there is one."""
        self.send(0x14)

    def reader_events(self) -> int:
        """What the plug-and-play pseudo reader carries from 4.5 on."""
        self.send(0x15)
        number, code = struct.unpack("=II", self.take(8))
        assert code == OK
        return int(number)

    def get_status_change(self, reader: str, known: Row | None, seconds: float) -> tuple[int, Row]:
        """As the library's loop does it: look, register, wait, and stop when time is over."""
        end = time.monotonic() + seconds
        while True:
            (now,) = [row for row in self.wait() if row.name == reader]
            if known is None or now != known:
                self.stop()
                self.event()
                return OK, now
            self.sock.settimeout(max(0.001, end - time.monotonic()))
            try:
                event = self.event()
            except TimeoutError:
                self.sock.settimeout(5)
                self.stop()
                self.event()
                return TIMEOUT, now
            finally:
                self.sock.settimeout(5)
            if event.code == CANCELLED:
                return CANCELLED, now


def cancel(path: str, context: int) -> int:
    """SCardCancel: a connection of its own, and no version first."""
    other = PcscLite(path, 0)
    try:
        return other.ask(0x0D, context, 0)[1]
    finally:
        other.close()


def until_closed(client: PcscLite) -> bool:
    """Read whatever still comes, up to the end of the connection; False when it does not end."""
    try:
        while True:
            client.take(1)
    except Closed:
        return True
    except TimeoutError:
        return False

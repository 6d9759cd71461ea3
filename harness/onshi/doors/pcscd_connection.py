"""One connection of the pcscd socket: requests in, engine calls, replies out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from onshi.clock import Released
from onshi.doors import pcscd_wire as wire
from onshi.doors.pcscd_message import OneMessage
from onshi.doors.pcscd_wire import Command
from onshi.journal import Lane
from onshi.reader import Client, ReaderState, ScardError, next_number
from onshi.seams import HangUpError

if TYPE_CHECKING:
    from onshi.doors.pcscd import Attached, PcscdEndpoint

__all__ = ["Connection"]

_CANCELLED = int(ScardError.SCARD_E_CANCELLED)
_INSUFFICIENT = int(ScardError.SCARD_E_INSUFFICIENT_BUFFER)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_INVALID_VALUE = int(ScardError.SCARD_E_INVALID_VALUE)
_NO_CARD = int(ScardError.SCARD_E_NO_SMARTCARD)
_STOPPED = int(ScardError.SCARD_E_SERVICE_STOPPED)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)
_UNKNOWN_READER = int(ScardError.SCARD_E_UNKNOWN_READER)

_CHUNK = 8192
_TRANSMIT = int(Command.TRANSMIT)
_transmit_request = wire.TRANSMIT_REQUEST.unpack_from
_transmit_reply = wire.TRANSMIT.pack
_APDU_AT = wire.HEADER.size + wire.TRANSMIT.size


class _LeftError(Exception):
    """The client has closed its end."""


class _RefusedError(Exception):
    """The client sent what pcscd, too, closes a connection for; the text says what."""


class Connection:
    """A client's connection, usually one SCARDCONTEXT, served by a thread of its own.

    ``contexts`` maps each context to the generation it was established in (0: without a desk).
    """

    def __init__(self, endpoint: PcscdEndpoint, sock: socket.socket) -> None:
        self._endpoint, self._sock = endpoint, sock
        self.contexts: dict[int, int] = {}
        self.client: Client | None = None
        self._desk: Attached | None = None
        self._dead: set[int] = set()
        self._minor = wire.OLDEST_MINOR
        self._slots = wire.SLOTS
        self._message = OneMessage(sock)
        self.send_event = self._message.send
        self.hang_up = self._message.hang_up
        self._thread = threading.Thread(target=self._run, name="onshi-pcsc-client", daemon=True)
        self._by_command: dict[int, Callable[[bytes], None]] = {
            Command.ESTABLISH_CONTEXT: self._establish,
            Command.RELEASE_CONTEXT: self._release,
            Command.CONNECT: self._connect,
            Command.RECONNECT: self._reconnect,
            Command.DISCONNECT: self._disconnect,
            Command.BEGIN_TRANSACTION: self._begin,
            Command.END_TRANSACTION: self._end,
            Command.STATUS: self._status,
            Command.CANCEL: self._cancel,
            Command.GET_ATTRIB: self._get_attrib,
            Command.SET_ATTRIB: self._set_attrib,
            Command.VERSION: self._version,
            Command.GET_READERS_STATE: self._states,
            Command.WAIT_READER_STATE_CHANGE: self._wait,
            Command.STOP_WAITING: self._stop_waiting,
            Command.GET_READER_EVENTS: self._reader_events,
            Command.GET_READERS_STATE_SIZE: self._states_size,
            Command.GET_READERS_STATE_ARRAY: self._states_array,
        }

    # ------------------------------------------------------------------- life
    def start(self) -> None:
        """Serve the client. Raises RuntimeError when the system has no thread left."""
        self._thread.start()

    def join(self, timeout: float) -> None:
        """Wait until the connection's thread has cleaned up."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._serve()
        except _RefusedError as e:
            self._endpoint.refuse(str(e), self._lane())
        except (_LeftError, HangUpError, Released, OSError):
            pass
        finally:
            self._sock.close()
            self._endpoint.forget(self)
            if self._desk is not None and self.client is not None:
                self._desk.engine.drop(self.client)

    def _lane(self) -> Lane | None:
        """The client's lane in the journal of the desk it has been at, if any."""
        return self.client.lane if self.client is not None else None

    # ---------------------------------------------------------------- reading
    def _serve(self) -> None:
        """Read requests until the client leaves; TRANSMIT is the hot path."""
        recv, header, message = self._sock.recv, wire.HEADER.unpack_from, self._message
        buffer = b""
        while True:
            if message.asking and not buffer:
                message.settle()
            while len(buffer) < 8:
                buffer = self._more(buffer, recv)
            size, command = header(buffer)
            end = 8 + size
            if wire.BODY_SIZES.get(command) != size:
                raise _RefusedError(_not_a_request(command, size))
            while len(buffer) < end:
                buffer = self._more(buffer, recv)
            if command == _TRANSMIT:
                buffer = self._transmit(buffer, recv)
            elif command == Command.CONTROL:
                buffer = self._control(buffer, recv)
            else:
                body, buffer = buffer[8:end], buffer[end:]
                self._by_command[command](body)

    def _more(self, buffer: bytes, recv: Callable[[int], bytes]) -> bytes:
        chunk = recv(_CHUNK)
        if not chunk:
            raise _LeftError
        return buffer + chunk if buffer else chunk

    def _payload(
        self, buffer: bytes, start: int, size: int, recv: Callable[[int], bytes]
    ) -> tuple[bytes, bytes]:
        """The bytes that follow a body, and what was read beyond them."""
        if size > wire.MAX_PAYLOAD:
            raise _RefusedError(f"a payload of {size} bytes")
        end = start + size
        if len(buffer) < end:
            parts, missing = [buffer], end - len(buffer)
            while missing > 0:
                chunk = recv(max(missing, _CHUNK))
                if not chunk:
                    raise _LeftError
                parts.append(chunk)
                missing -= len(chunk)
            buffer = b"".join(parts)
        return buffer[start:end], buffer[end:]

    # ------------------------------------------------------------------ desks
    def _seat(self) -> Attached | None:
        """The desk now attached, with a client of this connection at it."""
        desk = self._endpoint.desk
        if desk is not self._desk:
            if self._desk is not None and self.client is not None:
                self._dead.update(self.client.handles)
            self._desk, self.client = desk, None
            if desk is not None:
                client = desk.engine.client()
                client.has_left = self._message.left
                client.contexts.update(c for c, born in self.contexts.items() if _fresh(born, desk))
                self.client = client
        return desk

    def _left_over(self, desk: Attached | None) -> bool:
        """Whether this connection has a context of an earlier desk."""
        generation = desk.generation if desk is not None else 0
        return any(born not in (0, generation) for born in self.contexts.values())

    def _ask(self, name: str, handle: int, *args: Any) -> tuple[Any, ...]:
        """A call on a handle; one of an earlier desk answers as after an unplugged reader."""
        desk = self._seat()
        client = self.client
        if desk is not None and client is not None and handle in client.handles:
            return desk.calls.call(name, client, handle, *args)
        if handle not in self._dead:
            raise _RefusedError(f"{name} on a handle of somebody else")
        if name == "Disconnect":
            self._dead.discard(handle)
            return (0,)
        return (_UNAVAILABLE,)

    # --------------------------------------------------------------- contexts
    def _version(self, body: bytes) -> None:
        major, minor, _ = wire.VERSIONS.unpack(body)
        newest_major, newest_minor = wire.VERSION
        if major == newest_major and wire.OLDEST_MINOR <= minor <= newest_minor:
            self._minor = minor
            self._sock.sendall(wire.VERSIONS.pack(major, minor, 0))
        else:
            self._sock.sendall(wire.VERSIONS.pack(newest_major, newest_minor, _STOPPED))

    def _establish(self, body: bytes) -> None:
        scope, _, _ = wire.ESTABLISH.unpack(body)
        desk, context = self._seat(), 0
        if desk is not None:
            code, *values = desk.calls.call("EstablishContext", self.client, scope)
            context = values[0] if not code else 0
        elif 0 <= scope <= 3:
            code, context = 0, next_number()
        else:
            code = _INVALID_VALUE
        if context:
            self.contexts[context] = desk.generation if desk is not None else 0
            self._endpoint.remember(context, self)
        self._sock.sendall(wire.ESTABLISH.pack(scope, context, code))

    def _release(self, body: bytes) -> None:
        context, _ = wire.PAIR.unpack(body)
        desk, client = self._seat(), self.client
        if context not in self.contexts:
            code = _INVALID_HANDLE
        elif desk is not None and client is not None and context in client.contexts:
            code = desk.calls.call("ReleaseContext", client, context)[0]
        else:
            code = 0
        if not code:
            self.contexts.pop(context, None)
            self._endpoint.dismiss(context)
        self._sock.sendall(wire.PAIR.pack(context, code))

    def _cancel(self, body: bytes) -> None:
        """Comes on a connection of its own, without a version, and names another's context."""
        context, _ = wire.PAIR.unpack(body)
        target, desk = self._endpoint.owner_of(context), self._endpoint.desk
        code = _INVALID_HANDLE
        if target is not None:
            client, code = target.client, 0
            if desk is not None and client is not None and context in client.contexts:
                code = desk.calls.call("Cancel", client, context)[0]
            if not code:
                code = 0 if self._endpoint.unregister(target) else _INVALID_HANDLE
                if not code:
                    target.send_event(_CANCELLED)
        self._sock.sendall(wire.PAIR.pack(context, code))

    # ------------------------------------------------------------- cards
    def _connect(self, body: bytes) -> None:
        context, name, mode, protocols, _, _, _ = wire.CONNECT.unpack(body)
        desk, client = self._seat(), self.client
        handle = protocol = 0
        if context not in self.contexts or (
            desk is not None and not _fresh(self.contexts[context], desk)
        ):
            code = _INVALID_HANDLE
        elif desk is None:
            code = _NO_CARD if self._left_over(None) else _UNKNOWN_READER
        else:
            reader = wire.reader_name(name)
            code, *values = desk.calls.call("Connect", client, context, reader, mode, protocols)
            if not code:
                handle, protocol = values
        self._sock.sendall(
            wire.CONNECT.pack(context, name, mode, protocols, handle, protocol, code)
        )

    def _reconnect(self, body: bytes) -> None:
        handle, mode, protocols, action, _, _ = wire.RECONNECT.unpack(body)
        code, *values = self._ask("Reconnect", handle, mode, protocols, action)
        protocol = values[0] if not code else 0
        self._sock.sendall(wire.RECONNECT.pack(handle, mode, protocols, action, protocol, code))

    def _disconnect(self, body: bytes) -> None:
        handle, disposition, _ = wire.DISPOSE.unpack(body)
        code = self._ask("Disconnect", handle, disposition)[0]
        self._sock.sendall(wire.DISPOSE.pack(handle, disposition, code))

    def _begin(self, body: bytes) -> None:
        handle, _ = wire.PAIR.unpack(body)
        self._sock.sendall(wire.PAIR.pack(handle, self._ask("BeginTransaction", handle)[0]))

    def _end(self, body: bytes) -> None:
        handle, disposition, _ = wire.DISPOSE.unpack(body)
        code = self._ask("EndTransaction", handle, disposition)[0]
        self._sock.sendall(wire.DISPOSE.pack(handle, disposition, code))

    def _status(self, body: bytes) -> None:
        handle, _ = wire.PAIR.unpack(body)
        self._sock.sendall(wire.PAIR.pack(handle, self._ask("Status", handle)[0]))

    def _get_attrib(self, body: bytes) -> None:
        handle, attribute, _, room, _ = wire.ATTRIBUTE.unpack(body)
        code, *values = self._ask("GetAttrib", handle, attribute)
        value = values[0] if not code else b""
        if len(value) > min(room, wire.ATTRIBUTE_SIZE):
            code = _INSUFFICIENT
        self._sock.sendall(wire.ATTRIBUTE.pack(handle, attribute, value, len(value), code))

    def _set_attrib(self, body: bytes) -> None:
        handle, attribute, value, size, _ = wire.ATTRIBUTE.unpack(body)
        if size > wire.ATTRIBUTE_SIZE:
            raise _RefusedError(f"an attribute of {size} bytes")
        code = self._ask("SetAttrib", handle, attribute, value[:size])[0]
        self._sock.sendall(wire.ATTRIBUTE.pack(handle, attribute, value, size, code))

    def _transmit(self, buffer: bytes, recv: Callable[[int], bytes]) -> bytes:
        _, _, handle, protocol, pci, size, receive, receive_pci, room, _ = _transmit_request(buffer)
        apdu, buffer = self._payload(buffer, _APDU_AT, size, recv)
        result = self._ask("Transmit", handle, protocol, apdu)
        code, answer = result[0], b""
        if not code:
            answer = result[1]
            if len(answer) > room:
                code = _INSUFFICIENT
        head = _transmit_reply(handle, protocol, pci, size, receive, receive_pci, len(answer), code)
        self._sock.sendall(head if code else head + answer)
        return buffer

    def _control(self, buffer: bytes, recv: Callable[[int], bytes]) -> bytes:
        handle, control, size, room, _, _ = wire.CONTROL.unpack_from(buffer, wire.HEADER.size)
        start = wire.HEADER.size + wire.CONTROL.size
        data, buffer = self._payload(buffer, start, size, recv)
        code, *values = self._ask("Control", handle, control, data)
        answer = values[0] if not code else b""
        if len(answer) > room:
            code = _INSUFFICIENT
        head = wire.CONTROL.pack(handle, control, size, room, len(answer), code)
        self._sock.sendall(head if code else head + answer)
        return buffer

    # ----------------------------------------------------------------- states
    def _fetch(self, slots: int) -> bytes:
        """The readers' states as a program sees them; there is no return code to fail with."""
        desk = self._seat()
        states = None
        if desk is not None:
            code, *values = desk.calls.call("ReadersState", self.client)
            if code:
                raise _LeftError
            states = values[0]
        return self._view(states, desk, slots)

    def _view(
        self, states: tuple[ReaderState, ...] | None, desk: Attached | None, slots: int
    ) -> bytes:
        if desk is not None and desk.engine.closed:
            desk = states = None
        if self._left_over(desk):
            states = self._endpoint.as_continued(states)
        return wire.pack_states(states or (), slots)

    def _states(self, _body: bytes) -> None:
        self._sock.sendall(self._fetch(wire.SLOTS))

    def _states_size(self, _body: bytes) -> None:
        self._slots = max(
            wire.SLOTS, len(self._endpoint.states()), len(self._endpoint.as_continued(None))
        )
        self._sock.sendall(wire.COUNT.pack(self._slots))

    def _states_array(self, _body: bytes) -> None:
        self._sock.sendall(self._fetch(self._slots))
        self._message.fetched()

    def _wait(self, _body: bytes) -> None:
        """Up to 4.5 the states come first; the event never overtakes them."""
        desk = self._seat()
        self._message.begin(self._minor)
        self._endpoint.register(self)
        if self._minor < wire.VERSION[1]:
            states = desk.engine.states() if desk is not None else None
            self._sock.sendall(self._view(states, desk, wire.SLOTS))
        if desk is not None and desk.calls.call("Wait", self.client)[0]:
            raise _LeftError

    def _stop_waiting(self, _body: bytes) -> None:
        """No answer when the event is on its way already, or held back until now."""
        stopped = self._endpoint.unregister(self)
        self._message.end()
        if stopped:
            self.send_event(0)

    def _reader_events(self, _body: bytes) -> None:
        self._sock.sendall(wire.EVENT.pack(self._endpoint.reader_events, 0))


def _not_a_request(command: int, size: int) -> str:
    if command not in wire.BODY_SIZES:
        return "a command that is none"
    return f"{Command(command).name} with a body of {size} bytes"


def _fresh(born: int, desk: Attached) -> bool:
    """Whether a context of that generation may connect at this desk."""
    return desk.keep_contexts or born in (0, desk.generation)

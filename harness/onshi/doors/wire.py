"""The byte layer of the TLS doors: TCP and TLS records, and nothing that hides them.

TLS runs over ``ssl.MemoryBIO`` by hand, because asyncio's own TLS transport neither delivers an
alert nor shows the ClientHello (facts: experiments page).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from onshi.doors.hello import hello_is_whole
from onshi.doors.silence import hear_again, silence
from onshi.errors import OnshiError

__all__ = [
    "HANDSHAKE_FAILURE",
    "UNRECOGNIZED_NAME",
    "Line",
    "LoopThread",
    "TlsFailureError",
    "bound_socket",
    "listening_sockets",
]

_MAX_UNREAD = 256 * 1024
_LINGER = 1.0
_FLUSH = 2.0
HANDSHAKE_FAILURE = bytes([21, 3, 3, 0, 2, 2, 40])
"""A TLS alert record in the clear: fatal, handshake_failure (RFC 8446, section 6)."""
UNRECOGNIZED_NAME = bytes([21, 3, 3, 0, 2, 2, 112])
"""The same for unrecognized_name."""

_log = logging.getLogger("onshi.wire")
T = TypeVar("T")


class LoopThread:
    """The asyncio loop of this process's socket doors, in one daemon thread.

    It runs as long as somebody has acquired it. A forked child starts its own.
    """

    _lock: ClassVar[threading.Lock] = threading.Lock()
    _shared: ClassVar[LoopThread | None] = None

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._pid = os.getpid()
        self._users = 0
        self._thread = threading.Thread(target=self._work, name="onshi-doors", daemon=True)
        self._thread.start()

    @classmethod
    def acquire(cls) -> LoopThread:
        """The shared loop, started if need be; give it back with :meth:`release`."""
        with cls._lock:
            if cls._shared is None or cls._shared._pid != os.getpid():
                cls._shared = LoopThread()
            cls._shared._users += 1
            return cls._shared

    def release(self) -> None:
        """Give the loop back; the last one stops it."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
            if LoopThread._shared is self:
                LoopThread._shared = None
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout=10)

    def run(self, work: Coroutine[Any, Any, T], *, seconds: float = 10.0) -> T:
        """Run a coroutine on the loop and wait for its result, at most ``seconds``."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(seconds)

    def _work(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self.loop.close()


class TlsFailureError(Exception):
    """A handshake that came to nothing. ``reason`` is OpenSSL's word, or ``CLOSED``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Line(asyncio.Protocol):
    """One accepted TCP connection: plain bytes, and TLS from :meth:`handshake` on.

    ``talk`` is the coroutine that serves it. The connection ends with it, and it with
    :meth:`drop`. ``gone`` is set once the client has closed its side.
    """

    def __init__(self, talk: Callable[[Line], Coroutine[Any, Any, None]]) -> None:
        self._talk = talk
        self._raw = bytearray()
        self._grown = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self.gone = asyncio.Event()
        self._lost = asyncio.Event()
        self._deaf = False
        self._silence: asyncio.TimerHandle | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    # ------------------------------------------------- what asyncio tells
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._raw += data
        if len(self._raw) > _MAX_UNREAD:
            self._transport.pause_reading()
        self._grown.set()

    def eof_received(self) -> bool:
        self.gone.set()
        self._grown.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        for event in (self._lost, self.gone, self._grown, self._writable):
            event.set()
        if self._silence is not None:
            self._silence.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def _serve(self) -> None:
        try:
            await self._talk(self)
        except OSError:  # the client is gone, in one of the many ways there are
            pass
        except Exception:
            _log.exception("a connection was dropped because serving it failed")
        finally:
            self._transport.abort()

    async def drop(self) -> None:
        """End it now, whatever it is doing, and wait until its socket is closed."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._transport.abort()
        await self._lost.wait()

    # --------------------------------------------------------------- reading
    async def _more(self) -> bool:
        """Wait for further raw bytes; False when none will come."""
        had = len(self._raw)
        while len(self._raw) == had:
            if self.gone.is_set():
                return False
            self._grown.clear()
            await self._grown.wait()
        return True

    def _take(self) -> bytes:
        data = bytes(self._raw)
        self._raw.clear()
        if not self._lost.is_set():
            self._transport.resume_reading()
        return data

    async def hello(self) -> bytes:
        """The first bytes, left unread: a whole ClientHello if it is TLS, else what there is.

        Empty when the client left without a word.
        """
        while not hello_is_whole(self._raw):
            if not await self._more():
                break
        return bytes(self._raw)

    def unread(self, data: bytes) -> None:
        """Put back raw bytes that belong to what follows."""
        self._raw[:0] = data

    def fall_silent(self, seconds: float) -> None:
        """Let nothing more reach this connection; after ``seconds`` it ends.

        Raises :class:`CannotDeliverError` where this machine cannot.
        """
        if self._lost.is_set() or self._silence is not None:
            return
        silence(self._transport.get_extra_info("socket"))
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(seconds, self._transport.abort)

    def hear_again(self) -> None:
        """Undo :meth:`fall_silent`."""
        if self._silence is not None and not self._lost.is_set():
            self._silence.cancel()
            self._silence = None
            hear_again(self._transport.get_extra_info("socket"))

    async def handshake(
        self, context: ssl.SSLContext, send: Callable[[bytes], Awaitable[None]] | None = None
    ) -> None:
        """Become the server's side of TLS; ``send`` sends its bytes, if not as fast as can be.

        Raises :class:`TlsFailureError`; the alert that goes with it waits for :meth:`alert`.
        """
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            self._incoming.write(self._take())
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._hand_over(send)
                if not await self._more():
                    raise TlsFailureError("CLOSED") from None
            except ssl.SSLError as e:
                raise TlsFailureError(e.reason or "UNKNOWN") from None
            else:
                await self._hand_over(send)
                self._tls = tls
                return

    @property
    def peer(self) -> str | None:
        """The subject CN of the client's certificate."""
        found = self._tls.getpeercert() if self._tls is not None else None
        names: Any = found.get("subject", ()) if found else ()
        return next((v for rdn in names for k, v in rdn if k == "commonName"), None)

    async def read(self) -> bytes:
        """Some bytes of the conversation, ``b""`` at its end."""
        while True:
            if self._tls is None:
                if self._raw:
                    return self._take()
            elif self._raw or self._incoming.pending:
                self._incoming.write(self._take())
                try:
                    return self._tls.read(65536)
                except ssl.SSLWantReadError:
                    self._flush()
                except ssl.SSLError:
                    return b""
            if not await self._more():
                return b""

    # --------------------------------------------------------------- writing
    def _flush(self) -> None:
        data = self._outgoing.read()
        if data and not self._lost.is_set():
            self._transport.write(data)

    async def _hand_over(self, send: Callable[[bytes], Awaitable[None]] | None) -> None:
        """Bytes of the handshake."""
        if send is None:
            self._flush()
        elif data := self._outgoing.read():
            await send(data)

    async def send(self, data: bytes) -> None:
        """Send bytes of the conversation. Raises ConnectionError when the client is gone."""
        if self._lost.is_set():
            raise ConnectionResetError
        if self._tls is None:
            self._transport.write(data)
        else:
            view = memoryview(data)
            while view:
                view = view[self._tls.write(view) :]
            self._flush()
        if not self._writable.is_set():
            await self._writable.wait()

    def alert(self) -> None:
        """Send the alert of a handshake that failed."""
        self._flush()

    def send_raw(self, data: bytes) -> None:
        """Send bytes beside TLS: a hand-made alert, an answer to plain HTTP."""
        if not self._lost.is_set():
            self._transport.write(data)

    # ---------------------------------------------------------------- ending
    async def close(self, *, notify: bool = False) -> None:
        """FIN, after TLS's close_notify if ``notify``.

        What the client still sends is read and thrown away for a moment: closing a socket with
        unread bytes would turn the FIN into a reset, and the client might lose what we sent.
        """
        if notify and self._tls is not None:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass
            self._flush()
        if self._lost.is_set():
            return
        self._deaf = True
        self._take()
        await self._sent_off()
        self._transport.write_eof()
        try:
            async with asyncio.timeout(_LINGER):
                await self.gone.wait()
        except TimeoutError:
            pass
        self._transport.close()

    async def reset(self) -> None:
        """RST, after everything sent so far has left this host."""
        await self._sent_off()
        if not self._lost.is_set():
            sock: socket.socket = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    async def _sent_off(self) -> None:
        """Wait, for a moment at most, until everything sent so far has left this host."""
        try:
            # Not wait_for(), which forgets a drop() that comes just when it is done (Python 3.11).
            async with asyncio.timeout(_FLUSH):
                await self._emptied()
        except TimeoutError:
            pass

    async def _emptied(self) -> None:
        while not self._lost.is_set() and (
            self._transport.get_write_buffer_size()
            or _unsent(self._transport.get_extra_info("socket"))
        ):
            await asyncio.sleep(0.001)


def _unsent(sock: socket.socket) -> int:
    """Bytes that the kernel has taken but not sent (SIOCOUTQNSD); 0 where it cannot be asked."""
    try:
        from fcntl import ioctl

        return int(struct.unpack("i", ioctl(sock.fileno(), 0x894B, b"\0\0\0\0"))[0])
    except (ImportError, OSError):
        return 0


def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Listening sockets on one port (0: any free one); loopback means IPv4 and IPv6.

    Clients that try ``::1`` first for localhost (Node 18) would otherwise be refused. Raises
    :class:`OnshiError` naming the port when it cannot be had.
    """
    loopback = host in ("127.0.0.1", "localhost")
    for _ in range(20):
        first = _bind_one("127.0.0.1" if loopback else host, port)
        if not loopback or not socket.has_ipv6:
            return [first]
        try:
            return [first, _bind_one("::1", first.getsockname()[1])]
        except _NoSuchAddressError:
            return [first]
        except OnshiError:
            first.close()
            if port:
                raise
    raise OnshiError("no port is free on both 127.0.0.1 and ::1: name one")


class _NoSuchAddressError(OnshiError):
    """This machine does not have the address at all."""


def _bind_one(host: str, port: int) -> socket.socket:
    sock = bound_socket(host, port)
    try:
        sock.listen(128)
    except OSError as e:
        sock.close()
        raise _refused(host, port, e) from None
    return sock


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that has its port, and does not listen yet: whoever connects is refused.

    Raises :class:`OnshiError` naming the port when it cannot be had.
    """
    sock = None
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # asyncio turns Nagle's algorithm off only where the protocol is named: without it each
        # answer written in two parts costs a client 40 ms.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ":" in host:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.setblocking(False)
        return sock
    except OSError as e:
        if sock is not None:
            sock.close()
        raise _refused(host, port, e) from None


def _refused(host: str, port: int, error: OSError) -> OnshiError:
    """Why an address cannot be had, and what to do."""
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return _NoSuchAddressError(f"this machine has no address {host}: {error.strerror}")
    if error.errno == errno.EACCES:
        return OnshiError(
            f"cannot listen on port {port} of {host}: {error.strerror}; ports below 1024 want "
            "root (or sysctl net.ipv4.ip_unprivileged_port_start), others do not"
        )
    if error.errno == errno.EADDRINUSE:
        return OnshiError(
            f"cannot listen on port {port} of {host}, it is in use: end the "
            "program that holds it, or choose another (0 picks a free one)"
        )
    return OnshiError(
        f"cannot listen on port {port} of {host}: {error.strerror}; "
        "choose another (0 picks a free one)"
    )

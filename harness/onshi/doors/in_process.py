"""One HTTPS exchange as ``requests`` in this process lives it, without sockets or waiting.

Where anything goes wrong, the real urllib3 reads the bytes that the WebAPI door would have sent,
off a connection that is a script: its exceptions, and so those of ``requests``, are its own.
"""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from onshi.clock import Released
from onshi.doors.answering import Outgoing
from onshi.doors.backstage import Backstage
from onshi.journal import Lane

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPSConnectionPool
    from urllib3.connection import HTTPSConnection

__all__ = ["Caller", "Try", "Unmet", "through_urllib3"]


class Unmet(OSError):
    """There was no connection at all; ``cause`` is what looking for one raised."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(*cause.args)
        self.cause = cause


class Caller:
    """The ``requests`` side of one connection: its time-outs, and how ends look to it.

    Until :meth:`connected` the connect time-out counts, which TLS has to keep too.
    """

    def __init__(self, request: Any, backstage: Backstage, lane: Lane) -> None:
        self._back, self._lane = backstage, lane
        connect, self._read = _limits(request)
        self._patience, self._silent = connect, 0.0
        self.secure = False

    @property
    def deadline(self) -> float:
        """The longest that a fault may hold anything, in simulated seconds."""
        return self._back.deadline

    def connected(self) -> None:
        """TLS is up: from here on the read time-out counts."""
        self._patience, self.secure = self._read, True
        self.heard()

    def heard(self) -> None:
        """Something came: the time-out begins anew."""
        self._silent = 0.0

    def wait(self, seconds: float) -> None:
        """Let the caller wait, at most to the deadline; raises TimeoutError at its time-out."""
        seconds = min(seconds, self.deadline)
        if self._patience is not None and self._silent + seconds > self._patience:
            self.passes(max(0.0, self._patience - self._silent))
            raise TimeoutError("The read operation timed out")
        self._silent += seconds
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """Simulated time goes by. Raises ConnectionAbortedError when the desk closes."""
        self._lane.passed(seconds)
        try:
            self._back.clock.wait(seconds)
        except Released:
            raise ConnectionAbortedError(103, "Software caused connection abort") from None

    def looks(self, end: str) -> None:
        """The caller looks for the server in vain, if ``end`` says so. Raises :class:`Unmet`."""
        if end == "unresolved":
            raise Unmet(socket.gaierror(-2, "Name or service not known"))
        if end == "closed":
            raise Unmet(ConnectionRefusedError(111, "Connection refused"))
        if end == "unreachable":
            try:
                self.wait(self.deadline)
            except TimeoutError:
                raise Unmet(TimeoutError("timed out")) from None
            raise Unmet(TimeoutError(110, "Connection timed out"))

    def ends(self, end: str) -> None:
        """The connection ends before TLS is up, if it ends: raises what a socket raises."""
        if end == "stall":
            self.wait(self.deadline)
        if end == "reset":
            raise ConnectionResetError(104, "Connection reset by peer")
        if end:
            reason = "EOF occurred in violation of protocol"
            raise ssl.SSLEOFError(8, f"[SSL: UNEXPECTED_EOF_WHILE_READING] {reason}")

    def refused(self, reason: str, text: str) -> NoReturn:
        """TLS ends with an alert."""
        raise ssl.SSLError(1, f"[SSL: {reason}] {text}")


def _limits(request: Any) -> tuple[float | None, float | None]:
    """Connect and read time-out in seconds, as ``requests`` was told them."""
    given = request.req_kwargs.get("timeout")
    if not isinstance(given, tuple):
        given = (
            getattr(given, "connect_timeout", given),
            getattr(given, "read_timeout", given),
        )
    connect, read = (t if isinstance(t, int | float) else None for t in given)
    return connect, read


@dataclass(frozen=True)
class Try:
    """What became of one connection: bytes that come, or what the caller's socket raises."""

    caller: Caller
    out: Outgoing | None = None
    error: Exception | None = None


def through_urllib3(
    request: Any, first: Try, again: Callable[[], Try], retries: Any = None
) -> BaseHTTPResponse:
    """A urllib3 response to ``first``, and to further tries as ``retries`` has it.

    ``retries`` is the adapter's ``Retry``; None is that of an adapter made without one. Raises
    the exceptions of ``requests``.
    """
    from urllib3 import Retry, Timeout
    from urllib3.exceptions import HTTPError

    retries = Retry(0, read=False) if retries is None else retries
    attempt = first
    connect, read = _limits(request)
    while True:
        pool = _pool(request.url, attempt)
        try:
            try:
                return pool.urlopen(
                    request.method,
                    request.path_url,
                    retries=False,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                    timeout=Timeout(connect=connect, read=read),
                )
            except HTTPError as e:
                retries = retries.increment(request.method, request.path_url, error=e, _pool=pool)
        except HTTPError as e:
            raise _as_requests(e, request) from None
        with suppress(ConnectionAbortedError):
            attempt.caller.passes(retries.get_backoff_time())
        attempt = again()


def _as_requests(error: Any, request: Any) -> Exception:
    """The exception that ``HTTPAdapter.send`` of ``requests`` makes of one of urllib3."""
    from requests import exceptions as theirs
    from urllib3 import exceptions as inner

    reason = error.reason if isinstance(error, inner.MaxRetryError) else error
    if isinstance(reason, inner.ConnectTimeoutError) and not isinstance(
        reason, inner.NewConnectionError
    ):
        return theirs.ConnectTimeout(error, request=request)
    for theirs_too, made in (
        (inner.ResponseError, theirs.RetryError),
        (inner.ProxyError, theirs.ProxyError),
        (inner.SSLError, theirs.SSLError),
        (inner.InvalidHeader, theirs.InvalidHeader),
    ):
        if isinstance(reason, theirs_too):
            return made(error, request=request)
    if isinstance(error, inner.ReadTimeoutError):
        return theirs.ReadTimeout(error, request=request)
    return theirs.ConnectionError(error, request=request)


def _pool(url: str, attempt: Try) -> HTTPSConnectionPool:
    """A pool of urllib3 whose one connection plays ``attempt``."""
    from urllib3 import HTTPSConnectionPool
    from urllib3.connection import HTTPSConnection as Real

    class HTTPSConnection(Real):
        def connect(self) -> None:
            if isinstance(attempt.error, Unmet):
                raise _unconnected(self, attempt.error.cause)
            if attempt.error is not None and not attempt.caller.secure:
                raise attempt.error
            self.is_verified = True
            self.sock = _Socket(attempt)

    parts = urlsplit(url)
    pool = HTTPSConnectionPool(parts.hostname or "", parts.port or 443)
    pool.ConnectionCls = HTTPSConnection
    return pool


def _unconnected(connection: HTTPSConnection, cause: OSError) -> Exception:
    """What urllib3 makes of a connect() that fails (``HTTPConnection._new_conn``)."""
    from urllib3 import exceptions as theirs

    if isinstance(cause, socket.gaierror):
        return theirs.NameResolutionError(connection.host, connection, cause)
    if isinstance(cause, TimeoutError):
        said = f"Connection to {connection.host} timed out."
        said += f" (connect timeout={connection.timeout})"
        return theirs.ConnectTimeoutError(connection, said)
    return theirs.NewConnectionError(connection, f"Failed to establish a new connection: {cause}")


class _Socket:
    """As much of a connected socket as ``http.client`` asks of it."""

    def __init__(self, attempt: Try) -> None:
        self._attempt = attempt

    def makefile(self, mode: str, *args: Any) -> io.BufferedReader:
        return io.BufferedReader(_Script(self._attempt))

    def sendall(self, data: bytes) -> None:
        return

    def settimeout(self, seconds: float | None) -> None:
        return

    def shutdown(self, how: int) -> None:
        return

    def close(self) -> None:
        return


class _Script(io.RawIOBase):
    """The bytes that come, with the time that passes between them.

    Inside TLS a reset and a FIN are both an end of file to Python (facts: experiments page).
    """

    def __init__(self, attempt: Try) -> None:
        super().__init__()
        self._caller, self._error = attempt.caller, attempt.error
        self._out = attempt.out or Outgoing(b"", "close")
        self._pieces = self._out.pieces()
        self._at, self._rest, self._over = 0.0, b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if self._error is not None:
            raise self._error
        if not self._rest and not self._over:
            self._rest = self._next()
        part = self._rest[: len(into)]
        into[: len(part)] = part
        self._rest = self._rest[len(part) :]
        return len(part)

    def _next(self) -> bytes:
        due, piece = next(self._pieces, (self._at, b""))
        if due > self._caller.deadline:
            due, piece = self._caller.deadline, b""
        self._caller.wait(due - self._at)
        self._at = due
        if piece:
            self._caller.heard()
        elif due < self._caller.deadline and self._out.end in ("", "stall"):
            self._caller.wait(self._caller.deadline)
        self._over = not piece
        return piece

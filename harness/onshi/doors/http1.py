"""HTTP/1.1 requests off a line: usual ones at once, all others parsed by h11."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from onshi.doors.http1_usual import UsualHead, usual_head
from onshi.doors.wire import Line

__all__ = [
    "MAX_BODY",
    "MAX_HEAD",
    "Received",
    "RefusedRequestError",
    "RequestReader",
    "read_head",
]

MAX_HEAD = 32 * 1024
MAX_BODY = 1024 * 1024


class RefusedRequestError(Exception):
    """A request that is answered with ``status`` and ``text``, after which the line closes."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True)
class Received:
    """One request as read. ``path`` is without its query, which may carry a token."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    keep_alive: bool


class RequestReader:
    """HTTP/1.1 requests off a line, one after the other, pipelined or not."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""

    async def next(self) -> Received | None:
        """The next whole request; None when the client has left.

        Raises :class:`RefusedRequestError` for one that is malformed (400) or too big (413, 431).
        """
        begun, self._rest = self._rest or await self._line.read(), b""
        if not begun:
            return None
        head = usual_head(begun, MAX_HEAD)
        if head is not None:
            return await self._usual(head, begun)
        return await self._any(begun)

    async def _usual(self, head: UsualHead, begun: bytes) -> Received | None:
        if head.length > MAX_BODY:
            raise _too_big()
        whole = head.size + head.length
        if len(begun) < whole:
            more = bytearray(begun)
            while len(more) < whole:
                data = await self._line.read()
                if not data:
                    return None
                more += data
            begun = bytes(more)
        self._rest = begun[whole:]
        return _received(head.method, head.target, head.headers, begun[head.size : whole])

    async def _any(self, begun: bytes) -> Received | None:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        head: h11.Request | None = None
        body = bytearray()
        parser.receive_data(begun)
        while True:
            try:
                event = parser.next_event()
            except h11.RemoteProtocolError as e:
                raise _refusal(e) from None
            if event is h11.NEED_DATA:
                if parser.they_are_waiting_for_100_continue:
                    await self._line.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                    parser.send(h11.InformationalResponse(status_code=100, headers=[]))
                data = await self._line.read()
                if not data:
                    return None
                parser.receive_data(data)
            elif isinstance(event, h11.Request):
                head = event
                _check_length(event)
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY:
                    raise _too_big()
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                self._rest = parser.trailing_data[0]
                return _received(
                    head.method.decode("ascii"),
                    head.target.decode("latin-1"),
                    _joined(head),
                    bytes(body),
                    persistent=head.http_version == b"1.1",
                )


def _joined(head: h11.Request) -> dict[str, str]:
    """The fields by name; what comes twice is joined by a comma."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _received(
    method: str, target: str, headers: dict[str, str], body: bytes, *, persistent: bool = True
) -> Received:
    """``persistent``: the version keeps a connection unless told otherwise."""
    host = headers.get("host", "")
    if not target.startswith("/"):
        try:
            parts = urlsplit(target)
        except ValueError as e:
            raise RefusedRequestError(400, f"This is not an HTTP/1.1 request: {e}.") from None
        target, host = parts.path or "/", parts.netloc or host
    keep_alive = persistent
    if "connection" in headers:
        wishes = {w.strip().lower() for w in headers["connection"].split(",")}
        keep_alive = "close" not in wishes and (persistent or "keep-alive" in wishes)
    return Received(
        method=method,
        host=_without_port(host),
        path=target.partition("?")[0],
        headers=headers,
        body=body,
        keep_alive=keep_alive,
    )


def _without_port(host: str) -> str:
    """``localhost:8443`` → ``localhost``, ``[::1]:8443`` → ``::1``."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _check_length(head: h11.Request) -> None:
    for name, value in head.headers:
        if name == b"content-length" and int(value) > MAX_BODY:
            raise _too_big()


def _too_big() -> RefusedRequestError:
    return RefusedRequestError(413, f"The body is longer than {MAX_BODY} bytes.")


async def read_head(line: Line) -> tuple[h11.Request, bytes] | None:
    """The head of one request and the bytes read beyond it; None when the client has left.

    Raises :class:`RefusedRequestError` for one that is malformed (400) or too big (431).
    """
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
    while True:
        try:
            event = parser.next_event()
        except h11.RemoteProtocolError as e:
            raise _refusal(e) from None
        if isinstance(event, h11.Request):
            return event, parser.trailing_data[0]
        data = await line.read()
        if not data:
            return None
        parser.receive_data(data)


def _refusal(error: h11.RemoteProtocolError) -> RefusedRequestError:
    if error.error_status_hint == 431:
        return RefusedRequestError(431, f"The request head is longer than {MAX_HEAD} bytes.")
    return RefusedRequestError(400, f"This is not an HTTP/1.1 request: {error}.")

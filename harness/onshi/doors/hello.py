"""The server name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3).

Read before TLS is chosen, because the name decides which service answers, and with it whether a
client certificate is asked for. Everything here is bounded and takes any bytes at all.
"""

from __future__ import annotations

__all__ = ["MAX_HELLO", "hello_is_whole", "is_tls", "server_name"]

MAX_HELLO = 64 * 1024
"""Bytes on the wire after which nothing more is waited for; real ones have 200 to 2,000."""

_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SERVER_NAME = 0
_HOST_NAME = 0


class _ShortError(Exception):
    """The bytes end before what they announce."""


class _Reader:
    """Numbers and length-prefixed fields, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise _ShortError
        self._at, begin = end, self._at
        return self._data[begin:end]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def field(self, size_of_length: int) -> bytes:
        return self.take(self.number(size_of_length))

    def __bool__(self) -> bool:
        return self._at < len(self._data)


def is_tls(raw: bytes | bytearray) -> bool:
    """Whether these first bytes begin a TLS handshake."""
    return raw[:1] == bytes([_HANDSHAKE])


def hello_is_whole(raw: bytes | bytearray) -> bool:
    """Whether the ClientHello is all there, or can be seen never to come."""
    if len(raw) >= MAX_HELLO:
        return True
    if len(raw) < 5:
        return False
    if not is_tls(raw):
        return True
    message, records_end = _joined(raw)
    if message[:1] not in (b"", bytes([_CLIENT_HELLO])):
        return True
    whole = len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big")
    return whole or records_end


def server_name(raw: bytes | bytearray) -> str | None:
    """The host name that the client asks for, in lower case; None when there is none to read."""
    if not is_tls(raw):
        return None
    try:
        hello = _Reader(_joined(raw)[0])
        if hello.number(1) != _CLIENT_HELLO:
            return None
        body = _Reader(hello.field(3))
        body.take(2 + 32)  # version, random
        body.field(1)  # session id
        body.field(2)  # cipher suites
        body.field(1)  # compression methods
        extensions = _Reader(body.field(2))
        while extensions:
            kind, content = extensions.number(2), extensions.field(2)
            if kind == _SERVER_NAME:
                return _first_name(content)
    except _ShortError:
        pass
    return None


def _first_name(content: bytes) -> str | None:
    names = _Reader(_Reader(content).field(2))
    while names:
        kind, name = names.number(1), names.field(2)
        if kind == _HOST_NAME:
            try:
                return name.decode("ascii").lower().rstrip(".") or None
            except UnicodeDecodeError:
                return None
    return None


def _joined(raw: bytes | bytearray) -> tuple[bytes, bool]:
    """The handshake bytes of the records so far, and whether something else follows them."""
    message = bytearray()
    at = 0
    while len(raw) - at >= 5:
        length = int.from_bytes(raw[at + 3 : at + 5], "big")
        if raw[at] != _HANDSHAKE or length == 0:
            return bytes(message), True
        message += raw[at + 5 : at + 5 + length]
        at += 5 + length
    return bytes(message), False

"""What is read at once is what h11 reads: the same requests, the same refusals, the same rest."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onshi.doors import http1
from onshi.doors.http1 import MAX_BODY, MAX_HEAD, RefusedRequestError, RequestReader
from onshi.doors.http1_usual import usual_head

POST = b"POST /search HTTP/1.1\r\nHost: localhost:8443\r\nContent-Length: 4\r\n\r\nbody"
CURL = (
    b"POST /oqs-api-pro/x?token=1 HTTP/1.1\r\nHost: [::1]:8443\r\nUser-Agent: curl/7.88.1\r\n"
    b"Accept: */*\r\nAuthorization:  abc \t\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}"
)
PIECES = (
    b"POST ", b"GET /", b"HEAD / HTTP/1.1\r\n", b"OPTIONS * HTTP/1.1\r\n", b"/search", b" HTTP/1.1",
    b" HTTP/1.0", b" HTTP/2.0", b"\r\n", b"\n", b"\r\n\r\n", b"Host: a\r\n", b"host:b:1\r\n",
    b"Connection: close\r\n", b"Connection: Keep-Alive, x\r\n", b"Content-Length: 3\r\n",
    b"Content-Length: 3, 3\r\n", b"Content-Length: -1\r\n", b"Content-Length: 9999999\r\n",
    b"Content-Length: 0003\r\n", b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n",
    b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n", b"X: \xe9\x80\r\n", b"X: a\x01b\r\n",
    b"X: a\x0bb\r\n", b" folded\r\n", b"X : a\r\n", b"X:\x00\r\n", b"GET http://[/ HTTP/1.1\r\n",
    b"GET http://b:2/c?d HTTP/1.1\r\n", b"CONNECT b:2 HTTP/1.1\r\n", b"abc", b"X: \x7f\r\n",
)  # fmt: skip


class Given:
    """A line on which given pieces arrive, one by each read."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._left: Iterator[bytes] = iter([p for p in pieces if p])
        self.sent = b""

    async def read(self) -> bytes:
        return next(self._left, b"")

    async def send(self, data: bytes) -> None:
        self.sent += data


def read(pieces: list[bytes]) -> list[Any]:
    """Every request on the line, and how it ends."""
    line = Given(pieces)
    reader = RequestReader(line)  # type: ignore[arg-type]

    async def all_of_them() -> list[Any]:
        found: list[Any] = []
        while True:
            try:
                one = await reader.next()
            except RefusedRequestError as e:
                return [*found, e.status, e.text, line.sent]
            if one is None:
                return [*found, line.sent]
            found.append(one)

    return asyncio.run(all_of_them())


def by_h11(pieces: list[bytes]) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http1, "usual_head", lambda data, most: None)
        return read(pieces)


requests = st.lists(st.sampled_from((*PIECES, POST, CURL)), max_size=9).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(requests, st.lists(st.integers(0, 200), max_size=3).map(sorted))
@example(POST + CURL + POST, [])
@example(POST, [10])
@example(POST, [len(POST) - 2])
@example(POST.replace(b": 4", b": 0004"), [])
@example(POST[:-2], [])
@example(b"GET http://[/ HTTP/1.1\r\nHost: a\r\n\r\n", [])
def test_it_is_read_as_h11_reads_it(data: bytes, cuts: list[int]) -> None:
    edges = [0, *cuts, len(data)]
    pieces = [data[a:b] for a, b in itertools.pairwise(edges)]
    assert read(pieces) == by_h11(pieces)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=30), st.integers(0, len(CURL) - 1), st.integers(0, 3))
def test_so_it_is_with_any_bytes_in_a_request(put: bytes, at: int, less: int) -> None:
    data = CURL[:at] + put + CURL[at + less :]
    assert read([data]) == by_h11([data])


def test_what_clients_write_is_usual() -> None:
    """Else this would be slow, and the tests above would compare h11 with itself."""
    for one in (POST, CURL):
        head = usual_head(one, MAX_HEAD)
        assert head is not None
        assert one[head.size :] == one[-head.length :]
    assert head.headers["authorization"] == "abc"
    assert head.headers["x-empty"] == ""


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (POST.replace(b": 4", b": %d" % (MAX_BODY + 1)), 413),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * MAX_HEAD, 431),
        (b"GET http://[/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ],
)
def test_bounds_hold(data: bytes, status: int) -> None:
    assert read([data])[0] == status

"""Random bytes and mutated requests at the socket: no thread dies, nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pcsclite_client import OK, SIZES, PcscLite, raw_request, until_closed
from reader_bench import READ, READER, Bench, until

from onshi.doors.pcscd import PcscdEndpoint

ANSWER = b"\x00\x01\x02\x03\x90\x00"

MORE = int(os.environ.get("ONSHI_TEST_EXAMPLES", "0"))
"""Set in the soak: so many examples, and others each time."""

u32 = st.integers(0, 0xFFFFFFFF)
small = st.sampled_from([0, 1, 2, 3, 4, 5, 0x1000, 0x42000D48, 0xFFFFFFFF])
number = st.one_of(small, u32)
payload = st.binary(max_size=300)


class Stand:
    """A desk with one client that minds its own business, and whatever threads died of."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.endpoint = PcscdEndpoint()
        self.endpoint.start()
        self.endpoint.attach(self.bench.engine, self.bench.calls)
        self.died: list[Any] = []
        self.honest = PcscLite(self.endpoint.path)
        assert self.honest.establish() == OK
        code, self.handle, _ = self.honest.connect(READER)
        assert code == OK

    def close(self) -> None:
        self.honest.close()
        self.bench.clock.release()
        self.endpoint.close()
        self.bench.close()

    def check(self) -> None:
        """Once the bad client is gone, it is as if it had never been."""
        engine, endpoint = self.bench.engine, self.endpoint
        until(lambda: len(endpoint._connections) == len(engine._clients) == 1)
        assert self.died == []
        assert len(endpoint._contexts) == 1
        assert endpoint._waiting == set()
        state = engine.states()[0]
        assert (state.name, state.sharing, engine._readers[0].owner) == (READER, 1, None)
        code, answer = self.honest.transmit(self.handle, READ)
        if code != OK:  # a reset, or another protocol settled: a reset undoes both
            assert self.honest.reconnect(self.handle, 2, 3, 1)[0] == OK
            code, answer = self.honest.transmit(self.handle, READ)
        assert (code, answer) == (OK, ANSWER)


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    made = Stand()
    hook, threading.excepthook = threading.excepthook, made.died.append
    yield made
    threading.excepthook = hook
    made.close()


CONTEXT, HANDLE = "its context", "its handle"
"""Stand for the client's own numbers, which are not known before it is there."""


@st.composite
def request(draw: st.DrawFn) -> tuple[int, list[Any], bytes]:
    """Command, values and payload, well formed, whatever they ask."""
    mine = st.one_of(st.just(HANDLE), number.map(lambda n: n & 0x7FFFFFFF))
    ours = st.one_of(st.just(CONTEXT), number)
    name = st.one_of(st.just(READER.encode()), st.binary(max_size=128))
    command = draw(st.sampled_from(sorted(set(SIZES) - {0x0D})))
    data = draw(payload) if command in (0x09, 0x0A) else b""
    length = st.just(len(data))
    values: dict[int, tuple[Any, ...]] = {
        0x01: (number, number, number),
        0x02: (ours, number),
        0x04: (ours, name, number, number, st.just(0), number, number),
        0x05: (mine, number, number, number, number, number),
        0x06: (mine, number, number),
        0x07: (mine, number),
        0x08: (mine, number, number),
        0x09: (mine, number, number, length, number, number, number, number),
        0x0A: (mine, number, length, number, number, number),
        0x0B: (mine, number),
        0x0F: (mine, number, st.binary(max_size=264), number, number),
        0x10: (mine, number, st.binary(max_size=264), st.integers(0, 264), number),
        0x11: (st.integers(0, 9), st.integers(0, 9), number),
    }
    return command, [draw(one) for one in values.get(command, ())], data


edits = st.lists(
    st.tuples(
        st.sampled_from(["change", "drop", "insert", "cut"]),
        st.integers(0, 1000),
        st.integers(0, 255),
    ),
    max_size=4,
)


def _mangled(whole: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    """The same with a few bytes changed, left out or put in, or cut short."""
    data = bytearray(whole)
    for how, where, byte in changes:
        at = where % (len(data) + 1)
        if how == "insert":
            data.insert(at, byte)
        elif how == "cut":
            del data[at:]
        elif at < len(data):
            data[at : at + 1] = bytes([byte]) if how == "change" else b""
    return bytes(data)


def _end(client: PcscLite) -> None:
    """The client has said all it had to say; the server answers, or closes."""
    with contextlib.suppress(OSError):
        client.sock.shutdown(socket.SHUT_WR)
    assert until_closed(client), "the server neither answers nor closes"
    client.close()


@settings(max_examples=MORE or 60, deadline=None)
@given(data=st.binary(min_size=1, max_size=400))
def test_random_bytes(stand: Stand, data: bytes) -> None:
    client = PcscLite(stand.endpoint.path, 0)
    client.sock.sendall(data)
    _end(client)
    stand.check()


@settings(max_examples=MORE or 150, deadline=None)
@given(
    said=st.lists(request(), min_size=1, max_size=8),
    changes=edits,
    minor=st.sampled_from([4, 5, 6]),
)
def test_requests_right_and_mangled(
    stand: Stand,
    said: list[tuple[int, list[Any], bytes]],
    changes: list[tuple[str, int, int]],
    minor: int,
) -> None:
    """A client with a context and a handle of its own says anything, in any order."""
    client = PcscLite(stand.endpoint.path, minor)
    client.establish()
    code, handle, _ = client.connect(READER)
    assert code == OK
    own = {CONTEXT: client.context, HANDLE: handle}
    stream = b"".join(
        raw_request(
            command, *(own.get(v, v) if isinstance(v, str) else v for v in values), payload=data
        )
        for command, values, data in said
    )
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        client.sock.sendall(_mangled(stream, changes))
    _end(client)
    stand.check()

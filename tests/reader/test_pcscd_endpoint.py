"""The socket itself: versions, waits, generations, what it refuses; spoken to byte by byte."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reader_bench import ATR, READER, Bench, until

from onshi.doors import pcscd_wire as wire
from onshi.doors.pcscd import PcscdEndpoint, process_endpoint
from onshi.errors import OnshiError

OK = 0
ABSENT = 2
CANCELLED = 0x80100002
INVALID_HANDLE = 0x80100003
UNKNOWN_READER = 0x80100009
NO_CARD = 0x8010000C
UNAVAILABLE = 0x80100017
STOPPED = 0x8010001E


class Wire:
    """libpcsclite's side of one connection."""

    def __init__(self, path: str, minor: int = 4) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(path)
        if minor:
            assert self.version(4, minor) == (4, minor, OK)

    def send(self, command: int, body: bytes = b"", payload: bytes = b"") -> None:
        """Header, body and payload one after the other, as libpcsclite does it."""
        with contextlib.suppress(BrokenPipeError):
            for part in (struct.pack("=II", len(body), command), body, payload):
                self.sock.sendall(part)

    def get(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self.sock.recv(size - len(found))
            if not more:
                raise EOFError
            found += more
        return found

    def ask(self, command: int, form: struct.Struct, *values: object) -> tuple[int, ...]:
        self.send(command, form.pack(*values))
        return form.unpack(self.get(form.size))

    def version(self, major: int, minor: int) -> tuple[int, ...]:
        return self.ask(wire.Command.VERSION, wire.VERSIONS, major, minor, 0)

    def establish(self) -> int:
        _, context, code = self.ask(wire.Command.ESTABLISH_CONTEXT, wire.ESTABLISH, 0, 0, 0)
        assert code == OK
        return context

    def connect(self, context: int, name: str = READER) -> tuple[int, int]:
        """(return code, handle)"""
        reply = self.ask(wire.Command.CONNECT, wire.CONNECT, context, name.encode(), 2, 3, 0, 0, 0)
        return reply[6], reply[4]

    def transmit(self, handle: int, apdu: bytes, room: int = 258) -> tuple[int, bytes]:
        body = wire.TRANSMIT.pack(handle, 2, 8, len(apdu), 2, 8, room, 0)
        self.send(wire.Command.TRANSMIT, body, apdu)
        reply = wire.TRANSMIT.unpack(self.get(wire.TRANSMIT.size))
        return reply[7], self.get(reply[6]) if reply[7] == OK else b""

    def states(self, slots: int = 16) -> list[tuple[object, ...]]:
        """The rows in use."""
        rows = wire.STATE.iter_unpack(self.get(184 * slots))
        return [row for row in rows if row[0].rstrip(b"\0")]

    def fetch(self) -> list[tuple[object, ...]]:
        self.send(wire.Command.GET_READERS_STATE)
        return self.states()

    def event(self) -> tuple[int, ...]:
        return wire.EVENT.unpack(self.get(8))

    def silent(self) -> bool:
        """Nothing has come, and the next request is answered in order."""
        return bool(self.fetch() is not None)

    def closed(self) -> bool:
        try:
            return self.sock.recv(1) == b""
        except ConnectionResetError:
            return True


@pytest.fixture
def open_wire(socket_for_children: PcscdEndpoint) -> Iterator[Callable[..., Wire]]:
    made: list[Wire] = []

    def make(minor: int = 4) -> Wire:
        made.append(Wire(socket_for_children.path, minor))
        return made[-1]

    yield make
    for one in made:
        one.sock.close()


# --------------------------------------------------------------------- layout
def test_sizes_of_the_structs() -> None:
    sizes = [
        wire.ESTABLISH.size,
        wire.PAIR.size,
        wire.CONNECT.size,
        wire.RECONNECT.size,
        wire.DISPOSE.size,
        wire.TRANSMIT.size,
        wire.CONTROL.size,
        wire.ATTRIBUTE.size,
        wire.VERSIONS.size,
        wire.STATE.size,
    ]
    assert sizes == [12, 8, 152, 24, 12, 32, 24, 280, 12, 184]


def test_state_row(open_wire: Callable[..., Wire]) -> None:
    name, events, state, sharing, atr, size, protocol = open_wire().fetch()[0]
    assert name == READER.encode().ljust(128, b"\0")
    assert (events, state, sharing, protocol) == (1, 0x34, 0, 0)
    assert (atr, size) == (ATR.ljust(33, b"\0"), len(ATR))


# ------------------------------------------------------------------- versions
@pytest.mark.parametrize("minor", [4, 5, 6])
def test_each_version_is_echoed(open_wire: Callable[..., Wire], minor: int) -> None:
    client = open_wire(minor)
    context = client.establish()
    code, handle = client.connect(context)
    assert code == OK
    assert client.transmit(handle, bytes.fromhex("00B0000002")) == (OK, b"\x00\x01\x90\x00")


@pytest.mark.parametrize(("major", "minor"), [(4, 3), (4, 7), (5, 4), (3, 6)])
def test_other_versions_are_told_to_step_down(
    open_wire: Callable[..., Wire], major: int, minor: int
) -> None:
    client = open_wire(0)
    assert client.version(major, minor) == (4, 6, STOPPED)
    assert client.version(4, 6) == (4, 6, OK)


def test_newest_clients_see_more_than_sixteen_readers(
    bench: Bench, open_wire: Callable[..., Wire]
) -> None:
    for n in range(19):
        bench.engine.add_reader(f"reader {n}")
    old, new = open_wire(4), open_wire(6)
    assert len(old.fetch()) == 16
    new.send(wire.Command.GET_READERS_STATE_SIZE)
    (slots,) = wire.COUNT.unpack(new.get(4))
    bench.engine.add_reader("one more in between")
    new.send(wire.Command.GET_READERS_STATE_ARRAY)
    assert (slots, len(new.states(slots))) == (20, 20)


def test_reader_events_count_readers_that_come_and_go(
    bench: Bench, open_wire: Callable[..., Wire]
) -> None:
    client = open_wire(5)
    counts = []
    changes: list[Callable[[], object]] = [
        bench.engine.states,
        bench.engine.remove,
        bench.engine.unplug,
        bench.engine.plug,
    ]
    for change in changes:
        change()
        client.send(wire.Command.GET_READER_EVENTS)
        counts.append(client.event()[0])
    first = counts[0]
    assert counts == [first, first, first + 1, first + 2]


# ---------------------------------------------------------------------- waits
@pytest.mark.parametrize("minor", [4, 5, 6])
def test_one_event_for_one_registration(
    bench: Bench, open_wire: Callable[..., Wire], minor: int
) -> None:
    client = open_wire(minor)
    client.establish()
    client.send(wire.Command.WAIT_READER_STATE_CHANGE)
    if minor < 6:
        assert client.states()[0][2] == 0x34
    else:
        until(lambda: client.fetch())
    bench.engine.remove()
    bench.engine.insert()
    assert client.event() == (0, OK)
    client.send(wire.Command.STOP_WAITING)
    assert client.fetch()[0][1] == 3


def test_stop_is_answered_only_while_registered(open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    client.establish()
    client.send(wire.Command.WAIT_READER_STATE_CHANGE)
    client.states()
    client.send(wire.Command.STOP_WAITING)
    assert client.event() == (0, OK)
    client.send(wire.Command.STOP_WAITING)
    assert client.silent()


def test_cancel_comes_from_an_unversioned_connection(open_wire: Callable[..., Wire]) -> None:
    client, other = open_wire(), open_wire(0)
    context = client.establish()
    assert other.ask(wire.Command.CANCEL, wire.PAIR, context, 0) == (context, INVALID_HANDLE)
    client.send(wire.Command.WAIT_READER_STATE_CHANGE)
    client.states()
    assert other.ask(wire.Command.CANCEL, wire.PAIR, context, 0) == (context, OK)
    assert client.event() == (0, CANCELLED)
    assert other.ask(wire.Command.CANCEL, wire.PAIR, 77, 0) == (77, INVALID_HANDLE)


def test_changes_under_a_storm_of_waits_are_never_lost(
    bench: Bench, open_wire: Callable[..., Wire]
) -> None:
    """Whatever the timing: after the last change each client has the last state."""
    clients = [open_wire(minor) for minor in (4, 5, 6)]
    last: dict[int, object] = {}
    rounds = 40

    def follow(number: int, client: Wire, minor: int) -> None:
        client.establish()
        while True:
            client.send(wire.Command.WAIT_READER_STATE_CHANGE)
            if minor < 6:
                last[number] = client.states()[0][1]
            else:
                last[number] = client.fetch()[0][1]
            if last[number] == 1 + rounds:
                return
            client.event()

    threads = [
        threading.Thread(target=follow, args=(n, c, m), daemon=True)
        for n, (c, m) in enumerate(zip(clients, (4, 5, 6), strict=True))
    ]
    for thread in threads:
        thread.start()
    for n in range(rounds):
        (bench.engine.remove if n % 2 == 0 else bench.engine.insert)()
    for thread in threads:
        thread.join(10)
    assert last == {0: 1 + rounds, 1: 1 + rounds, 2: 1 + rounds}


# ------------------------------------------------------------- what is refused
def test_a_handle_of_another_ends_the_connection(open_wire: Callable[..., Wire]) -> None:
    mine, other = open_wire(), open_wire()
    _, handle = mine.connect(mine.establish())
    other.establish()
    other.send(wire.Command.STATUS, wire.PAIR.pack(handle, 0))
    assert other.closed()
    assert mine.transmit(handle, bytes.fromhex("00B0000001"))[0] == OK


@pytest.mark.parametrize(
    ("command", "body"),
    [
        (0x03, b""),
        (0x63, b""),
        (wire.Command.CONNECT, bytes(8)),
        (wire.Command.GET_READERS_STATE, bytes(4)),
        (wire.Command.VERSION, bytes(13)),
    ],
)
def test_what_is_no_request_ends_the_connection(
    open_wire: Callable[..., Wire], command: int, body: bytes
) -> None:
    client = open_wire()
    client.send(command, body)
    assert client.closed()


def test_a_payload_beyond_the_limit_ends_the_connection(open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    _, handle = client.connect(client.establish())
    body = wire.TRANSMIT.pack(handle, 2, 8, 0xFFFFFFF0, 2, 8, 258, 0)
    client.send(wire.Command.TRANSMIT, body)
    assert client.closed()


def test_names_that_are_not_utf8_are_unknown(open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    context = client.establish()
    reply = client.ask(wire.Command.CONNECT, wire.CONNECT, context, b"\xff" * 128, 2, 3, 0, 0, 0)
    assert reply[6] == UNKNOWN_READER


def test_requests_in_pieces_and_in_one_go(open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    _, handle = client.connect(client.establish())
    apdu = bytes.fromhex("00B0000001")
    request = struct.pack("=II", 32, 9) + wire.TRANSMIT.pack(handle, 2, 8, 5, 2, 8, 258, 0) + apdu
    for byte in request:
        client.sock.sendall(bytes([byte]))
    assert client.get(35)[32:] == b"\x00\x90\x00"
    client.sock.sendall(request * 3)
    assert client.get(105)[32:35] == b"\x00\x90\x00"


def test_extended_apdus_and_small_buffers(bench: Bench, open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    _, handle = client.connect(client.establish())
    long = b"\x00\xd6\x00\x00\x00\xff\xff" + bytes(65535)
    assert client.transmit(handle, long) == (OK, b"\x6d\x00")
    assert bench.card.apdus[-1] == long
    code, answer = client.transmit(handle, bytes.fromhex("00B0000000FFFF"), room=65538)
    assert (code, len(answer)) == (OK, 65537)
    assert client.transmit(handle, bytes.fromhex("00B0000010"), room=4)[0] == 0x80100008


def test_a_lost_client_is_cleaned_up(bench: Bench, open_wire: Callable[..., Wire]) -> None:
    client = open_wire()
    _, handle = client.connect(client.establish())
    client.ask(wire.Command.BEGIN_TRANSACTION, wire.PAIR, handle, 0)
    client.sock.close()
    until(lambda: bench.engine.states()[0].sharing == 0)
    other = open_wire()
    assert other.connect(other.establish())[0] == OK
    assert bench.events == ["reset"]


# ---------------------------------------------------------------- generations
def test_the_next_desk_is_out_of_reach_of_what_was_left_over(
    socket_for_children: PcscdEndpoint, bench: Bench, open_wire: Callable[..., Wire]
) -> None:
    client = open_wire()
    context = client.establish()
    _, handle = client.connect(context)
    bench.clock.release()
    socket_for_children.detach()
    assert [row[1:4] for row in client.fetch()] == [(2, ABSENT, 0)]
    assert client.connect(context)[0] == NO_CARD
    assert open_wire().fetch() == []
    second = Bench()
    socket_for_children.attach(second.engine, second.calls)
    assert client.transmit(handle, bytes.fromhex("00B0000001")) == (UNAVAILABLE, b"")
    assert client.connect(context)[0] == INVALID_HANDLE
    assert client.fetch()[0][1:3] == (3, 0x34)
    disconnected = client.ask(wire.Command.DISCONNECT, wire.DISPOSE, handle, 0, 0)
    assert disconnected[2] == OK
    fresh = open_wire()
    assert fresh.fetch()[0][1] == 1
    assert fresh.connect(fresh.establish())[0] == OK
    assert second.card.apdus == []
    assert len(list(second.journal.events("pcsc", "connect"))) == 1


def test_contexts_may_outlive_a_desk_when_it_says_so(
    socket_for_children: PcscdEndpoint, open_wire: Callable[..., Wire]
) -> None:
    client = open_wire()
    context = client.establish()
    _, handle = client.connect(context)
    socket_for_children.detach()
    second = Bench()
    socket_for_children.attach(second.engine, second.calls, keep_contexts=True)
    assert client.transmit(handle, b"\x00\xb0\x00\x00\x01")[0] == UNAVAILABLE
    code, handle = client.connect(context)
    assert (code, client.transmit(handle, b"\x00\xb0\x00\x00\x01")[0]) == (OK, OK)


def test_a_context_from_before_the_first_desk_may_connect() -> None:
    endpoint, bench = PcscdEndpoint(), Bench()
    endpoint.start()
    try:
        client = Wire(endpoint.path)
        context = client.establish()
        client.send(wire.Command.WAIT_READER_STATE_CHANGE)
        assert client.states() == []
        endpoint.attach(bench.engine, bench.calls)
        assert client.event() == (0, OK)
        assert client.connect(context)[0] == OK
        client.sock.close()
    finally:
        endpoint.close()


def test_detaching_wakes_those_who_wait_for_a_change(
    socket_for_children: PcscdEndpoint, open_wire: Callable[..., Wire]
) -> None:
    client = open_wire()
    client.establish()
    client.send(wire.Command.WAIT_READER_STATE_CHANGE)
    client.states()
    socket_for_children.detach()
    assert client.event() == (0, OK)
    assert client.fetch()[0][2] == ABSENT


def test_detaching_ends_a_call_that_waits_for_another_program(
    socket_for_children: PcscdEndpoint, bench: Bench, open_wire: Callable[..., Wire]
) -> None:
    mine, other = open_wire(), open_wire()
    _, handle = mine.connect(mine.establish())
    mine.ask(wire.Command.BEGIN_TRANSACTION, wire.PAIR, handle, 0)
    context = other.establish()
    body = wire.CONNECT.pack(context, READER.encode(), 2, 3, 0, 0, 0)
    other.send(wire.Command.CONNECT, body)
    until(lambda: len(bench.engine._changed._waiters) > 0)  # type: ignore[attr-defined]
    bench.clock.release()
    socket_for_children.detach()
    assert other.closed()


def test_one_desk_at_a_time_and_each_engine_once(
    socket_for_children: PcscdEndpoint, bench: Bench
) -> None:
    other = Bench()
    with pytest.raises(RuntimeError, match="detach it first"):
        socket_for_children.attach(other.engine, other.calls)
    socket_for_children.detach()
    socket_for_children.detach()
    with pytest.raises(RuntimeError, match="closed"):
        socket_for_children.attach(bench.engine, bench.calls)
    socket_for_children.attach(other.engine, other.calls)


# ---------------------------------------------------------------- the address
def test_the_socket_is_private_and_short(socket_for_children: PcscdEndpoint) -> None:
    path = Path(socket_for_children.path)
    assert len(socket_for_children.path) <= 107
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert socket_for_children.env() == {"PCSCLITE_CSOCK_NAME": str(path)}


def test_closing_leaves_nothing_and_starting_again_keeps_the_path() -> None:
    endpoint = PcscdEndpoint()
    endpoint.start()
    endpoint.start()
    client = Wire(endpoint.path)
    before = threading.active_count()
    endpoint.close()
    endpoint.close()
    assert client.closed()
    assert not Path(endpoint.path).parent.exists()
    assert threading.active_count() <= before - 2
    endpoint.start()
    again = Wire(endpoint.path)
    assert again.fetch() == []
    endpoint.close()
    for one in (client, again):
        one.sock.close()


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    short = PcscdEndpoint(Path(os.path.relpath(tmp_path)) / "s")
    assert short.path.endswith("/s/pcscd.comm")
    short.close()
    with pytest.raises(OnshiError, match="107 bytes"):
        PcscdEndpoint(tmp_path / ("x" * 100))
    blocked = tmp_path / "file"
    blocked.write_text("")
    endpoint = PcscdEndpoint(blocked)
    with pytest.raises(OnshiError, match="no socket"):
        endpoint.start()
    endpoint.close()


def test_the_process_has_one_endpoint() -> None:
    endpoint = process_endpoint()
    assert endpoint is process_endpoint()
    assert os.environ["PCSCLITE_CSOCK_NAME"] == endpoint.path
    assert endpoint.reached_by_this_process() is True


def test_another_endpoint_is_not_the_one_this_process_reaches(
    socket_for_children: PcscdEndpoint,
) -> None:
    process_endpoint()
    assert socket_for_children.reached_by_this_process() is False

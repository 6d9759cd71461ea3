"""Clients that send nonsense, fall silent, do not read, or die: nobody else's problem."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pcsclite_client import OK, Closed, PcscLite, raw_request, until_closed
from reader_bench import READ, READER, RESET_CARD, SHARING, Bench, until

from onshi.doors.pcscd import PcscdEndpoint

PROGRAMS = Path(__file__).with_name("programs")
ANSWER = b"\x00\x01\x02\x03\x90\x00"


@pytest.fixture
def path(socket_for_children: PcscdEndpoint) -> str:
    return socket_for_children.path


@pytest.fixture
def other(path: str) -> Iterator[tuple[PcscLite, int]]:
    """A client that minds its own business, with a card handle."""
    client = PcscLite(path)
    assert client.establish() == OK
    code, handle, _ = client.connect(READER)
    assert code == OK
    yield client, handle
    client.close()


def _clean(endpoint: PcscdEndpoint, bench: Bench, programs: int = 0) -> bool:
    """Whether nothing is left but what so many programs with one handle each have."""
    return (
        bench.engine.states()[0].sharing == programs
        and len(endpoint._contexts) == programs
        and len(endpoint._connections) == programs
        and len(bench.engine._clients) == programs
        and not (programs == 0 and bench.engine._readers[0].owner)
    )


# ------------------------------------------------------------------- nonsense
NONSENSE = {
    "text": (b"GET / HTTP/1.1\r\n\r\n", "a command that is none"),
    "zeros": (bytes(64), "a command that is none"),
    "a huge body": (struct.pack("=II", 0xFFFFFFFF, 0x04), "CONNECT with a body of 4294967295"),
    "a small body": (struct.pack("=II", 3, 0x01) + b"abc", "ESTABLISH_CONTEXT with a body of 3"),
    "list readers": (struct.pack("=II", 0, 0x03), "a command that is none"),
    "a huge APDU": (raw_request(0x09, 1, 2, 16, 65549, 2, 16, 258, 0), "a payload of 65549"),
    "a huge control": (raw_request(0x0A, 1, 2, 0xFFFFFFF0, 1, 0, 0), "a payload of 4294967280"),
    "a huge attribute": (raw_request(0x10, 1, 2, b"", 265, 0), "an attribute of 265"),
    "a handle": (raw_request(0x0B, 77, 0), "Status on a handle of somebody else"),
    "handle 0": (raw_request(0x06, 0, 0, 0), "Disconnect on a handle of somebody else"),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_noted_and_the_client_sent_away(
    socket_for_children: PcscdEndpoint, bench: Bench, other: tuple[PcscLite, int], what: str
) -> None:
    data, why = NONSENSE[what]
    bad = PcscLite(socket_for_children.path, 0)
    bad.sock.sendall(data)
    assert bad.closed()
    bad.close()
    client, handle = other
    assert client.transmit(handle, READ) == (OK, ANSWER)
    until(lambda: socket_for_children.refused)
    assert socket_for_children.refused[-1].startswith(why)
    (event,) = bench.journal.events("pcsc", "garbage")
    assert event["why"] == socket_for_children.refused[-1]
    until(lambda: _clean(socket_for_children, bench, 1))


def test_what_was_sent_is_in_no_journal(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    bad = PcscLite(socket_for_children.path, 0)
    bad.sock.sendall(b"password=hunter2")
    assert bad.closed()
    bad.close()
    until(lambda: list(bench.journal.events("pcsc", "garbage")))
    assert b"hunter2" not in bench.journal.canonical()
    assert "hunter2" not in str(socket_for_children.refused)


def test_the_notes_are_bounded(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    for _ in range(130):
        bad = PcscLite(socket_for_children.path, 0)
        bad.sock.sendall(bytes(8))
        assert bad.closed()
        bad.close()
    assert len(list(bench.journal.events("pcsc", "garbage"))) == 100
    assert len(socket_for_children.refused) == 100


def test_nonsense_without_a_desk_is_noted_too() -> None:
    endpoint = PcscdEndpoint()
    endpoint.start()
    try:
        bad = PcscLite(endpoint.path, 0)
        bad.sock.sendall(b"garbage!" * 2)
        assert bad.closed()
        bad.close()
        until(lambda: list(endpoint.refused) == ["a command that is none"])
    finally:
        endpoint.close()


def test_a_nonsense_in_the_middle_of_a_transaction_frees_the_reader(
    socket_for_children: PcscdEndpoint, bench: Bench, other: tuple[PcscLite, int]
) -> None:
    bad = PcscLite(socket_for_children.path)
    bad.establish()
    _, handle, _ = bad.connect(READER)
    assert bad.begin(handle) == OK
    client, mine = other
    assert client.transmit(mine, READ) == (SHARING, b"")
    bad.sock.sendall(b"\xff" * 40)
    assert until_closed(bad)
    bad.close()
    until(lambda: _clean(socket_for_children, bench, 1))
    assert client.transmit(mine, READ) == (RESET_CARD, b""), "and the card is as new"
    lanes = {e["lane"] for e in bench.journal.events("pcsc", "garbage")}
    assert lanes == {e["lane"] for e in bench.journal.events("pcsc", "begin_transaction")}


# -------------------------------------------------------------------- silence
def test_half_a_request_and_then_silence_holds_up_nobody(
    socket_for_children: PcscdEndpoint, bench: Bench, other: tuple[PcscLite, int]
) -> None:
    whole = raw_request(0x09, other[1], 2, 16, 5, 2, 16, 258, 0, payload=READ)
    silent = []
    for size in (0, 1, 7, 8, 20, 40, len(whole) - 1):
        one = PcscLite(socket_for_children.path, 0)
        one.sock.sendall(whole[:size])
        silent.append(one)
    client, handle = other
    assert client.transmit(handle, READ) == (OK, ANSWER)
    for one in silent:
        one.close()
    until(lambda: _clean(socket_for_children, bench, 1))
    assert not socket_for_children.refused, "a client that dies is no nonsense"


def test_silent_clients_are_bounded(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    """A thousand of them: five hundred have a thread each, the rest are sent away."""
    early = PcscLite(socket_for_children.path)
    silent = []
    for _ in range(1000):
        one = socket.socket(socket.AF_UNIX)
        one.connect(socket_for_children.path)
        silent.append(one)
    until(lambda: len(socket_for_children.refused) == 100)
    assert early.establish() == OK, "who was there before goes on"
    assert "more than 500 connections" in socket_for_children.refused[-1]
    for one in silent:
        one.close()
    until(lambda: len(socket_for_children._connections) == 1)
    late = PcscLite(socket_for_children.path)
    assert late.establish() == OK
    for client in (early, late):
        client.close()


def test_a_process_without_file_descriptors_takes_clients_again_later() -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAMS / "few_files.py")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "served again\n"), done.stderr


def test_a_client_that_does_not_read_holds_up_nobody(
    socket_for_children: PcscdEndpoint, bench: Bench, other: tuple[PcscLite, int]
) -> None:
    """It asks for states over and over and reads none, so that its socket is full."""
    bad = PcscLite(socket_for_children.path)
    bad.sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            bad.sock.send(struct.pack("=II", 0, 0x13) * 50)
    done = threading.Event()

    def move() -> None:
        for _ in range(20):
            bench.engine.remove()
            bench.engine.insert()
        done.set()

    threading.Thread(target=move, daemon=True).start()
    assert done.wait(5), "the desk's hands are held up"
    client, _ = other
    assert client.connect(READER)[0] == OK
    bad.close()
    until(lambda: len(socket_for_children._connections) == 1)


# ---------------------------------------------------------------------- death
@pytest.mark.parametrize("how", ["transaction", "waits_for_itself", "exclusive"])
def test_a_killed_program_frees_the_reader(
    socket_for_children: PcscdEndpoint, bench: Bench, how: str
) -> None:
    """A real program with libpcsclite, ended by SIGKILL where it hurts."""
    program = subprocess.Popen(
        [sys.executable, str(PROGRAMS / "holds_card.py"), how],
        env={**os.environ, **socket_for_children.env()},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    try:
        assert program.stdout.readline() == "holding\n"
        if how == "waits_for_itself":
            until(lambda: bench.engine._changed._waiters)  # type: ignore[attr-defined]
    finally:
        program.send_signal(signal.SIGKILL)
        program.wait(10)
        program.stdout.close()
    until(lambda: _clean(socket_for_children, bench))
    assert bench.events == ([] if how == "exclusive" else ["reset"])
    client = PcscLite(socket_for_children.path)
    client.establish()
    code, handle, _ = client.connect(READER)
    assert (code, client.begin(handle)) == (OK, OK)
    client.close()


# ----------------------------------------------------------------------- many
def test_two_hundred_clients_at_once(socket_for_children: PcscdEndpoint, bench: Bench) -> None:
    """All are connected before the first goes on; each reads in a transaction of its own."""
    everybody = threading.Barrier(200)
    failed: list[str] = []

    def live(number: int) -> None:
        try:
            client = PcscLite(socket_for_children.path, 4 + number % 3, seconds=30)
            assert client.establish() == OK
            everybody.wait(30)
            code, handle, _ = client.connect(READER)
            assert code == OK, hex(code)
            end = time.monotonic() + 30
            while client.begin(handle) == SHARING:
                assert time.monotonic() < end
            for _ in range(3):
                assert client.transmit(handle, READ) == (OK, ANSWER)
            assert client.end(handle) == OK
            assert client.disconnect(handle) == OK
            assert client.release() == OK
            client.close()
        except (AssertionError, OSError, Closed, threading.BrokenBarrierError) as e:
            failed.append(f"{number}: {type(e).__name__} {e}")

    threads = [threading.Thread(target=live, args=(n,), daemon=True) for n in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert len(bench.card.apdus) == 600
    until(lambda: _clean(socket_for_children, bench))

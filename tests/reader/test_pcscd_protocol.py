"""Whole lives of a client on protocol 4.4, 4.5 and 4.6, by a library of our own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pcsclite_client import (
    CANCELLED,
    OK,
    SIZES,
    TIMEOUT,
    Closed,
    Event,
    PcscLite,
    cancel,
    until_closed,
)
from reader_bench import (
    ATR,
    INVALID_HANDLE,
    NO_CARD,
    NOT_TRANSACTED,
    READ,
    READER,
    REMOVED,
    RESET_CARD,
    SHARING,
    UNAVAILABLE,
    UNKNOWN_READER,
    UNSUPPORTED,
    Bench,
    until,
)

from onshi.doors.pcscd import PcscdEndpoint
from onshi.seams import CardRemovedError

INSUFFICIENT = 0x80100008
ANSWER = b"\x00\x01\x02\x03\x90\x00"
MINORS = (4, 5, 6)

Open = Callable[..., PcscLite]


@pytest.fixture
def library(socket_for_children: PcscdEndpoint) -> Iterator[Open]:
    made: list[PcscLite] = []

    def make(minor: int = 4) -> PcscLite:
        made.append(PcscLite(socket_for_children.path, minor))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_structs_have_the_sizes_of_the_description() -> None:
    assert SIZES == {
        0x01: 12, 0x02: 8, 0x04: 152, 0x05: 24, 0x06: 12, 0x07: 8, 0x08: 12, 0x09: 32, 0x0A: 24,
        0x0B: 8, 0x0D: 8, 0x0F: 280, 0x10: 280, 0x11: 12, 0x12: 0, 0x13: 0, 0x14: 0, 0x15: 0,
        0x16: 0, 0x17: 0,
    }  # fmt: skip


# ------------------------------------------------------------------- versions
@pytest.mark.parametrize(("newest", "agreed"), [(4, 4), (5, 5), (6, 6), (7, 6), (9, 6)])
def test_versions_are_agreed_on_by_stepping_down(library: Open, newest: int, agreed: int) -> None:
    client = library(0)
    assert client.step_down(newest) == agreed
    assert client.establish() == OK
    assert client.rows()[0].name == READER


# --------------------------------------------------------------- a whole life
@pytest.mark.parametrize("minor", MINORS)
def test_a_whole_life(bench: Bench, library: Open, minor: int) -> None:
    client = library(minor)
    assert client.establish(scope=2) == OK
    assert 0 < client.context < 2**31
    (row,) = client.rows()
    assert (row.name, row.events, row.state, row.atr) == (READER, 1, 0x34, ATR)
    code, handle, protocol = client.connect(READER)
    assert (code, protocol) == (OK, 2)
    assert 0 < handle < 2**31
    assert client.rows()[0].sharing == 1
    assert client.begin(handle) == OK
    assert client.transmit(handle, READ) == (OK, ANSWER)
    assert client.end(handle) == OK
    assert client.status(handle) == OK
    assert client.attribute(handle, 0x00090303) == (OK, ATR)
    assert client.control(handle, 0x42000D48) == (OK, bytes.fromhex("120442330012"))
    assert client.reconnect(handle, 1, 3, 1) == (OK, 2)
    assert client.rows()[0].sharing == -1
    assert client.disconnect(handle) == OK
    assert client.release() == OK
    assert client.release() == INVALID_HANDLE
    assert bench.engine.states()[0].sharing == 0


@pytest.mark.parametrize("minor", MINORS)
def test_errors_have_no_payload_and_the_next_answer_is_whole(
    bench: Bench, library: Open, minor: int
) -> None:
    client = library(minor)
    client.establish()
    _, handle, _ = client.connect(READER)
    assert client.transmit(handle, READ, room=3) == (INSUFFICIENT, b"")
    assert client.transmit(handle, READ) == (OK, ANSWER)
    assert client.transmit(handle, READ, pci=1)[0] == 0x8010000F
    assert client.control(handle, 0x42000123, b"abc") == (UNSUPPORTED, b"")
    assert client.attribute(handle, 0x7FFF0003, room=4) == (INSUFFICIENT, b"")
    assert client.attribute(handle, 0x00030125) == (UNSUPPORTED, b"")
    assert client.set_attribute(handle, 0x00010100, b"x") == UNSUPPORTED
    bench.engine.remove()
    assert client.transmit(handle, READ) == (REMOVED, b"")
    assert client.status(handle) == REMOVED
    assert client.disconnect(handle, 1) == OK
    assert client.connect(READER)[:2] == (NO_CARD, 0)
    assert client.connect("no such")[:2] == (UNKNOWN_READER, 0)
    bench.engine.unplug()
    assert client.connect(READER)[0] == UNKNOWN_READER
    assert client.rows() == []


@pytest.mark.parametrize("minor", MINORS)
def test_sharing_and_reset_by_another(library: Open, minor: int) -> None:
    mine, other = library(minor), library(minor)
    assert (mine.establish(), other.establish()) == (OK, OK)
    _, a, _ = mine.connect(READER)
    _, b, _ = other.connect(READER)
    assert mine.begin(a) == OK
    assert other.transmit(b, READ) == (SHARING, b"")
    assert other.begin(b) == SHARING, "the library asks again"
    assert mine.end(a, 1) == OK
    assert other.transmit(b, READ) == (RESET_CARD, b"")
    assert other.reconnect(b, 2, 3, 0) == (OK, 2)
    assert other.transmit(b, READ) == (OK, ANSWER)


# ----------------------------------------------------------------------- waits
@pytest.mark.parametrize("minor", MINORS)
def test_each_registration_gets_exactly_one_message(
    bench: Bench, library: Open, minor: int
) -> None:
    client = library(minor)
    client.establish()
    client.wait()
    for _ in range(3):
        bench.engine.remove()
        bench.engine.insert()
    assert client.event() == Event(0, OK)
    client.stop()
    assert client.silent(), "told already: STOP has no answer"
    client.wait()
    client.stop()
    assert client.event() == Event(0, OK)
    bench.engine.remove()
    client.stop()
    assert client.silent()


@pytest.mark.parametrize("minor", [5, 6])
def test_a_change_right_after_the_registration_is_not_taken_for_an_answer(
    bench: Bench, library: Open, socket_for_children: PcscdEndpoint, minor: int
) -> None:
    """libpcsclite 2.3.3 and 2.5.3 ask more between registering and listening."""
    client = library(minor)
    client.establish()
    before = client.reader_events()
    client.send(0x13)
    until(lambda: socket_for_children._waiting)
    bench.engine.unplug()
    rows = client.read_after_wait()
    assert [row.name for row in rows] == ([READER] if minor == 5 else [])
    assert client.reader_events() == before + 1
    assert client.event() == Event(0, OK)
    client.stop()
    assert client.silent()


@pytest.mark.parametrize("minor", MINORS)
def test_cancel_is_the_one_message(
    library: Open, socket_for_children: PcscdEndpoint, minor: int
) -> None:
    client = library(minor)
    client.establish()
    path = socket_for_children.path
    assert cancel(path, client.context) == INVALID_HANDLE, "nothing to cancel"
    client.wait()
    assert cancel(path, client.context) == OK
    assert client.event() == Event(0, CANCELLED)
    client.stop()
    assert client.silent()
    assert cancel(path, 12345) == INVALID_HANDLE


@pytest.mark.parametrize("minor", MINORS)
def test_status_change_sees_changes_timeouts_and_cancel(
    bench: Bench, library: Open, socket_for_children: PcscdEndpoint, minor: int
) -> None:
    client = library(minor)
    client.establish()
    code, known = client.get_status_change(READER, None, 0)
    assert (code, known.state) == (OK, 0x34)
    assert client.get_status_change(READER, known, 0.05)[0] == TIMEOUT
    threading.Thread(target=bench.engine.remove).start()
    code, now = client.get_status_change(READER, known, 5)
    assert (code, now.state, now.events) == (OK, 2, 2)
    waiting: list[int] = []
    thread = threading.Thread(
        target=lambda: waiting.append(client.get_status_change(READER, now, 5)[0])
    )
    thread.start()
    until(lambda: cancel(socket_for_children.path, client.context) == OK)
    thread.join(5)
    assert waiting == [CANCELLED]


# -------------------------------------------------------------- many readers
@pytest.mark.parametrize(("minor", "seen"), [(4, 16), (5, 16), (6, 20)])
def test_twenty_readers(bench: Bench, library: Open, minor: int, seen: int) -> None:
    client = library(minor)
    client.establish()
    for number in range(1, 20):
        bench.engine.add_reader(f"リーダー {number:02} 00 00")
    rows = client.rows()
    assert len(rows) == seen
    assert rows[-1].name == f"リーダー {seen - 1:02} 00 00"
    assert client.connect("リーダー 19 00 00", 3, 0)[0] == OK, "connecting has no limit"
    for number in range(1, 20):
        bench.engine.remove_reader(f"リーダー {number:02} 00 00")
    assert [row.name for row in client.rows()] == [READER]


# ------------------------------------------------- the plug-and-play counter
def test_the_counter_moves_with_every_reader_that_comes_or_goes(
    bench: Bench, library: Open
) -> None:
    client = library(5)
    client.establish()
    moves: list[tuple[str, Callable[[], object], int]] = [
        ("a card", bench.engine.remove, 0),
        ("a card", bench.engine.insert, 0),
        ("one more", lambda: bench.engine.add_reader("one more 00 00"), 1),
        ("unplugged", bench.engine.unplug, 1),
        ("plugged", bench.engine.plug, 1),
        ("renamed", lambda: bench.engine.rename("one more 00 00", "new 01 00"), 2),
        ("gone", lambda: bench.engine.remove_reader("new 01 00"), 1),
        ("a connection", lambda: client.connect(READER), 0),
    ]
    for what, move, by in moves:
        before = client.reader_events()
        move()
        assert client.reader_events() - before == by, what


# ------------------------------------------------------------ raw and restart
@pytest.mark.parametrize("minor", MINORS)
def test_a_raw_pull_is_told_to_whoever_waits(bench: Bench, library: Open, minor: int) -> None:
    mine, watcher = library(minor), library(minor)
    mine.establish()
    watcher.establish()
    _, handle, _ = mine.connect(READER)

    def gone(apdu: bytes) -> None:
        raise CardRemovedError(raw=True)

    bench.card.before = gone
    assert watcher.wait()[0].state == 0x34
    assert mine.transmit(handle, READ) == (NOT_TRANSACTED, b"")
    assert watcher.event() == Event(0, OK), "within a look of the service, called or not"
    assert watcher.rows()[0].state == 2
    assert mine.transmit(handle, READ) == (REMOVED, b"")


@pytest.mark.parametrize("minor", MINORS)
def test_a_restart_closes_every_connection_and_takes_new_ones(
    bench: Bench, library: Open, minor: int
) -> None:
    waiting, working = library(minor), library(minor)
    waiting.establish()
    working.establish()
    _, handle, _ = working.connect(READER)
    assert working.begin(handle) == OK
    waiting.wait()
    bench.engine.restart()
    with pytest.raises(Closed):
        working.transmit(handle, READ)
    assert until_closed(waiting), "an event may have come first"
    again = library(minor)
    assert again.establish() == OK
    _, handle, _ = again.connect(READER)
    assert again.transmit(handle, READ) == (OK, ANSWER)
    assert again.rows()[0].sharing == 1


def test_handles_of_an_unplugged_reader_stay_dead(bench: Bench, library: Open) -> None:
    client = library(6)
    client.establish()
    _, handle, _ = client.connect(READER)
    bench.engine.unplug()
    bench.engine.plug()
    assert client.transmit(handle, READ) == (UNAVAILABLE, b"")
    assert client.disconnect(handle) == OK
    assert client.connect(READER)[0] == OK

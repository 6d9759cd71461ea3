"""Node with @pokusew/pcsclite: lists, connects, reads, is told of a wrong PIN and of a removal."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from client_room import PATIENCE, Room

import node_addon

PROGRAM = Path(__file__).parent / "programs" / "terminal.cjs"
ATR = "3b888001000005e0b381a1007f"


@pytest.fixture(scope="module")
def modules() -> str:
    try:
        return str(node_addon.node_modules())
    except RuntimeError as e:
        pytest.fail(str(e))


def test_a_card_is_read_goes_and_comes(room: Room, modules: str) -> None:
    with room.watch("node", str(PROGRAM), NODE_PATH=modules) as node:
        node.wait_for("tries")
        room.desk.remove_card()
        node.wait_for("removed")
        room.desk.insert_card()
        node.wait_for("done")
        assert node.process.wait(PATIENCE) == 0
    size = len(room.desk.card.certificate("auth"))
    assert node.lines == [
        f"reader {room.desk.reader.states()[0].name}",
        f"inserted {ATR}",
        "connected T=1",
        "select 9000",
        f"certificate 2048 {size}",
        "verify 63c2",
        "tries 63c2",
        "removed",
        f"inserted {ATR}",
        "done",
    ]
    assert room.desk.card.tries("auth") == 2


def test_a_reader_that_is_unplugged(room: Room, modules: str) -> None:
    with room.watch("node", str(PROGRAM), NODE_PATH=modules) as node:
        node.wait_for("tries")
        # libpcsclite 1.9.9 does not tell of a reader that comes between its listing and its wait:
        # then it is pulled out and plugged in once more.
        for _ in range(10):
            waits_again = threading.Event()
            room.desk.reader.after_looks(1000, waits_again.set)
            room.desk.reader.unplug()
            node.wait_for("reader gone")
            assert waits_again.wait(PATIENCE)
            room.desk.reader.plug()
            if node.came("reader SONY", times=2, within=2):
                break
        node.wait_for("reader SONY", times=2)
        node.wait_for("done")


def test_a_pulled_card(room: Room, modules: str) -> None:
    room.desk.inject("card.pull", {"match": "READ_BINARY", "nth": 2})
    with room.watch("node", str(PROGRAM), NODE_PATH=modules) as node:
        assert "0x80100069" in node.wait_for("failed")
        node.wait_for("removed")

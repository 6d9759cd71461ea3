"""pyscard in a process of its own, high level and low: monitors, requests, raw calls."""

from __future__ import annotations

import sys
from pathlib import Path

from client_room import PATIENCE, Room

PROGRAMS = Path(__file__).parent / "programs"
ATR = "3B888001000005E0B381A1007F"


def test_monitors_tell_of_cards_and_readers(room: Room) -> None:
    with room.watch(sys.executable, "-u", str(PROGRAMS / "monitors.py")) as program:
        program.wait_for(f"card + {ATR}")
        program.wait_for("reader + SONY")
        room.desk.remove_card()
        program.wait_for(f"card - {ATR}")
        room.desk.insert_card()
        program.wait_for(f"card + {ATR}", times=2)
        room.desk.reader.unplug()
        program.wait_for("reader - SONY")
        room.desk.reader.plug()
        program.wait_for("reader + SONY", times=2)


def test_a_request_waits_for_a_card(room: Room) -> None:
    room.desk.remove_card()
    with room.watch(sys.executable, "-u", str(PROGRAMS / "request.py")) as program:
        program.wait_for("time-out")
        program.wait_for("waiting")
        room.desk.insert_card()
        program.wait_for("tries")
        room.desk.remove_card()
        program.wait_for("end")
        assert program.process.wait(PATIENCE) == 0
    assert program.lines == [
        "time-out",
        "waiting",
        f"connected {ATR} T1",
        "select 9000",
        "verify 63C2",
        "tries 63C2",
        "removed 80100069",
        "no card",
        "end",
    ]


def test_low_level_calls(room: Room) -> None:
    done = room.run(sys.executable, str(PROGRAMS / "low_level.py"))
    assert done.stdout.splitlines() == [
        "establish 00000000",
        "readers SONY FeliCa RC-S300/P (1000000) 00 00",
        f"state 00000000 present {ATR}",
        "connect 00000000 2",
        "begin 00000000",
        "select 00000000 9000",
        "sign without PIN 00000000 6982",
        "verify 00000000 9000",
        "sign 00000000 9000 256",
        "reconnect, unpowered 00000000",
        "sign after that 00000000 6982",
        "end 00000000",
        "another, exclusive 8010000B",
        "disconnect 00000000",
        "dead handle 80100003",
        "another, exclusive 00000000",
        "release 00000000",
    ], done.stderr

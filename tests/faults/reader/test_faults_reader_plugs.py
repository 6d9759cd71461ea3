"""Readers that go, come back, change their name or are not the one, met by programs.

What is expected is in the facts on PC/SC, section 5, or was measured with OpenSC 0.23, pyscard
2.3, Java 17 and pcsc_scan 1.6.2.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from meeting import JPKI, Meeting
from watching import Watcher, monitors, pcsc_scan

from onshi.errors import OnshiError
from onshi.faults import make_fault

NAME = "SONY FeliCa RC-S300/P (1000000) 00 00"
OTHER = "Windows Hello for Business 00 00"
ATR = "3B888001000005E0B381A1007F"
SELECT = f"apdu {JPKI}"
SECOND = {"nth": 2, "match": "Transmit"}
PROGRAMS = ("raw", "pyscard", "java")

UNAVAILABLE = {
    "raw": "80100017",
    "pyscard": "Reader is unavailable. (0x80100017)",
    "java": "CardException: SCARD_E_READER_UNAVAILABLE",
}
NONE = {"raw": "8010002E", "pyscard": "ok", "java": "CardException: SCARD_E_NO_READERS_AVAILABLE"}


def names(meeting: Meeting, program: str) -> str:
    return str(meeting.steps(program, "readers")[0])


# ------------------------------------------------------------------- unplugged
@pytest.mark.parametrize("program", PROGRAMS)
def test_unplugged_is_for_good(meeting: Meeting, program: str) -> None:
    meeting.inject("reader.unplugged", SECOND)
    seen = meeting.steps(program, "connect", SELECT, SELECT, SELECT, "disconnect", "readers")
    assert seen[1] == "ok 9000"
    assert all(UNAVAILABLE[program] in one for one in seen[2:4])
    assert seen[4:] == ["ok", NONE[program]]
    meeting.desk.injections.lift_fault("reader.unplugged")
    assert names(meeting, program) == f"ok {NAME}"
    assert meeting.steps(program, "connect", SELECT)[-1] == "ok 9000"


@pytest.mark.soak
def test_unplugged_kills_opensc(meeting: Meeting) -> None:
    """OpenSC 0.23 recurses until its stack is full, for seconds: a bug of its own, and its end."""
    meeting.inject("reader.unplugged", SECOND)
    ran = meeting.opensc("-s", "00A4000000", "-s", "00A4000000", timeout=20)
    assert ran.rc != 0
    assert ran.rc == -signal.SIGSEGV or "unavailable" in ran.text.lower() or "No smart" in ran.text
    meeting.desk.injections.lift_fault("reader.unplugged")
    assert meeting.opensc("-n").rc == 0


def test_unplugged_while_a_monitor_watches(meet: Callable[..., Meeting]) -> None:
    desk = meet(time_scale=0.5).desk
    desk.inject("reader.unplugged")
    with monitors(desk) as watcher:
        watcher.saw(f"card + {ATR}", f"card - {ATR}")
        watcher.saw(f"reader + {NAME}", f"reader - {NAME}")
        desk.injections.lift_fault("reader.unplugged")
        watcher.saw(f"reader - {NAME}", f"reader + {NAME}")


# ------------------------------------------------------------ replugged, lost
@pytest.mark.parametrize("program", PROGRAMS)
def test_replugged_needs_a_new_connection(meeting: Meeting, program: str) -> None:
    meeting.inject("reader.replugged", SECOND, looks=0)
    seen = meeting.steps(program, "connect", SELECT, SELECT, "readers", SELECT, "disconnect")
    assert UNAVAILABLE[program] in seen[2]
    assert seen[3] == f"ok {NAME}"
    assert UNAVAILABLE[program] in seen[4]
    assert meeting.steps(program, "connect", SELECT)[-1] == "ok 9000"
    assert meeting.struck("reader.replugged") == 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_replugged_after_some_looks(meeting: Meeting, program: str) -> None:
    meeting.inject("reader.replugged", SECOND, looks=4)
    seen = meeting.steps(program, "connect", SELECT, SELECT, "disconnect", *["readers"] * 5)
    assert seen[4] == NONE[program]
    assert seen[-1] == f"ok {NAME}"


def test_a_program_that_exchanges_is_not_bothered_while_it_waits(
    meet: Callable[..., Meeting],
) -> None:
    meeting = meet(time_scale=0.001)
    meeting.inject("reader.lost", {"first": 1}, polls=1)
    seen = meeting.java("connect", SELECT, "disconnect", "readers", "readers")
    assert UNAVAILABLE["java"] in seen[1]
    assert seen[-1] == f"ok {NAME}"
    assert meeting.java("await present", "connect", SELECT)[-1] == "ok 9000"
    assert meeting.struck("reader.lost") == 1


def test_waiting_before_an_exchange_does_not_use_up_the_fault(meeting: Meeting) -> None:
    meeting.inject("reader.lost", {"first": 1}, polls=1)
    seen = meeting.java("readers", "await present", "connect", SELECT)
    assert seen[1] == "ok true"
    assert UNAVAILABLE["java"] in seen[-1]
    assert [e["at"] for e in meeting.desk.journal.events("fault", "fault")] == ["Transmit"]


@pytest.mark.parametrize("fault", ["reader.lost", "reader.replugged"])
def test_pcsc_scan_sees_it_go_and_come_back(meet: Callable[..., Meeting], fault: str) -> None:
    desk = meet(time_scale=0.2).desk
    desk.inject(fault)
    with pcsc_scan(desk) as watcher:
        watcher.saw(
            f"0: {NAME}", "Card inserted", "Waiting for the first reader", "found one", f"0: {NAME}"
        )
    assert [e["at"] for e in desk.journal.events("fault", "fault")] == ["Wait"]


def test_the_trouble_shows_itself_to_pcsc_scan() -> None:
    """What the issue asks for, as a user types it."""
    command = [str(Path(sys.executable).parent / "onshi"), "exec", "--time-scale", "0.2"]
    command += ["--trouble", "reader.connection_lost", "--"]
    command += ["timeout", "20", "stdbuf", "-o0", "pcsc_scan", "-n"]
    with Watcher(command, dict(os.environ)) as watcher:
        watcher.saw(
            *(f"0: {NAME}", "Card inserted", "Waiting for the first reader", "found one"),
            *(f"0: {NAME}", "Card inserted"),
            within=20,
        )


def test_monitors_see_a_lost_reader_go_and_come_back(meet: Callable[..., Meeting]) -> None:
    desk = meet(time_scale=0.5).desk
    desk.inject("reader.lost")
    with monitors(desk) as watcher:
        watcher.saw(f"card + {ATR}", f"card - {ATR}", f"card + {ATR}")
        watcher.saw(f"reader + {NAME}", f"reader - {NAME}", f"reader + {NAME}")


# --------------------------------------------------------------------- renamed
@pytest.mark.parametrize("program", PROGRAMS)
def test_renamed(meeting: Meeting, program: str) -> None:
    meeting.inject("reader.renamed", SECOND)
    seen = meeting.steps(program, "connect", SELECT, SELECT, "disconnect", "readers")
    assert UNAVAILABLE[program] in seen[2]
    assert seen[-1] == "ok SONY FeliCa RC-S300/P (1000000) 01 00"
    assert meeting.steps(program, "connect", SELECT)[-1] == "ok 9000"


def test_opensc_with_the_old_name_finds_no_reader(meeting: Meeting) -> None:
    assert meeting.opensc("-r", NAME, "-n").rc == 0
    meeting.inject("reader.renamed", {"nth": 1, "match": "EstablishContext"}, name="ACS ACR39U 0")
    assert meeting.opensc("-l").rc == 0
    ran = meeting.opensc("-r", NAME, "-n")
    assert (ran.rc, "not found" in ran.text) == (1, True)
    assert meeting.opensc("-r", "ACS ACR39U 0", "-n").rc == 0


def test_pcsc_scan_sees_the_new_name(meet: Callable[..., Meeting]) -> None:
    desk = meet(time_scale=0.2).desk
    desk.inject("reader.renamed", name="別の名前のリーダー 1")
    with pcsc_scan(desk) as watcher:
        watcher.saw(f"0: {NAME}", "found one", "0: 別の名前のリーダー 1", "Card inserted")


@pytest.mark.parametrize(
    ("style", "old", "new"),
    [
        ("pcscd", NAME, "SONY FeliCa RC-S300/P (1000000) 01 00"),
        ("pcscd", "A B 0F 02", "A B 10 02"),
        ("pcscd", "A B FF 00", "A B 00 00"),
        ("pcscd", "A B", "A B 01 00"),
        ("windows", "Sony FeliCa Port/PaSoRi 3.0 0", "Sony FeliCa Port/PaSoRi 3.0 1"),
        ("windows", "A B 9", "A B 10"),
        ("windows", "A B", "A B 1"),
    ],
)
def test_what_the_services_call_it_next(style: str, old: str, new: str) -> None:
    assert make_fault("reader.renamed", {"style": style}).next_name(old) == new  # type: ignore[attr-defined]


def test_a_name_that_is_taken_is_passed_over(meeting: Meeting) -> None:
    meeting.desk.reader.add_reader("SONY FeliCa RC-S300/P (1000000) 01 00")
    meeting.inject("reader.renamed", {"nth": 1, "match": "Transmit"})
    meeting.raw("connect", SELECT)
    assert "SONY FeliCa RC-S300/P (1000000) 02 00" in names(meeting, "raw")


# ---------------------------------------------------------------- second first
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("empty", {"raw": "8010000C", "pyscard": "0x8010000C", "java": "SCARD_E_NO_SMARTCARD"}),
        ("broken", UNAVAILABLE),
    ],
)
def test_the_first_reader_is_not_the_one(
    meeting: Meeting, program: str, state: str, seen: dict[str, str]
) -> None:
    run = meeting.inject("reader.second_first", state=state)
    assert names(meeting, program) == f"ok {OTHER}|{NAME}"
    assert seen[program] in meeting.steps(program, "connect")[0]
    meeting.desk.injections.lift_fault("reader.second_first")
    assert run.over
    assert names(meeting, program) == f"ok {NAME}"
    assert meeting.steps(program, "connect", SELECT)[-1] == "ok 9000"


def test_opensc_takes_the_reader_with_a_card(meeting: Meeting) -> None:
    meeting.inject("reader.second_first", name="ACS ACR39U ICC Reader 00 00")
    ran = meeting.opensc("-l")
    first, second = [one for one in ran.out.splitlines() if one[:1].isdigit()]
    assert ("No" in first, "ACS ACR39U" in first) == (True, True)
    assert ("Yes" in second, NAME in second) == (True, True)


def test_pcsc_scan_says_what_a_broken_one_is(meeting: Meeting) -> None:
    meeting.inject("reader.second_first", state="broken")
    with pcsc_scan(meeting.desk) as watcher:
        watcher.saw(f"0: {OTHER}", f"1: {NAME}", f"Reader 0: {OTHER}", "Status unavailable")
        watcher.saw(f"Reader 1: {NAME}", "Card inserted")


def test_one_that_somebody_else_took_away_is_missed_by_nobody(meeting: Meeting) -> None:
    meeting.inject("reader.second_first")
    assert OTHER in names(meeting, "raw")
    meeting.desk.reader.remove_reader(OTHER)
    meeting.desk.injections.lift_fault("reader.second_first")
    assert names(meeting, "raw") == f"ok {NAME}"


def test_the_card_goes_on_being_laid_on_the_old_one(meeting: Meeting) -> None:
    meeting.inject("reader.second_first")
    names(meeting, "raw")
    meeting.desk.next_patient()
    states = {one.name: one.state for one in meeting.desk.reader.states()}
    assert states == {OTHER: 2, NAME: 0x34}


# -------------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    ("fault", "settings", "message"),
    [
        ("reader.replugged", {"looks": -1}, "looks counts from 0"),
        ("reader.renamed", {"looks": -1}, "looks counts from 0"),
        ("reader.renamed", {"name": "x" * 128}, "at most 127 bytes"),
        ("reader.renamed", {"style": "mac"}, "style"),
        ("reader.second_first", {"name": ""}, "1 to 127 bytes"),
        ("reader.second_first", {"state": "brokn"}, "brokn"),
    ],
)
def test_settings_that_are_refused(fault: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(OnshiError, match=message):
        make_fault(fault, settings)


def test_a_process_that_is_killed_leaves_nothing(meeting: Meeting) -> None:
    """The reader that was put first is gone with the fault, whoever used it."""
    meeting.inject("reader.second_first")
    program = subprocess.Popen(
        ["pcsc_scan", "-n"],
        env={**os.environ, **meeting.desk.env()},
        stdout=subprocess.DEVNULL,
    )
    try:
        assert names(meeting, "raw") == f"ok {OTHER}|{NAME}"
    finally:
        program.kill()
        program.wait(10)
    meeting.desk.injections.clear()
    assert names(meeting, "raw") == f"ok {NAME}"

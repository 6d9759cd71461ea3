"""A card that goes, hangs, freezes, is slow or does not wake up, met by programs; and the end.

What is expected is in the facts on PC/SC, section 5, or was measured (see docs/faults.md).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from meeting import CERTIFICATE, JPKI, PIN, QUERY, READ, RIGHT, WRONG, Meeting

PROGRAMS = ("raw", "pyscard", "java")
HEAD = "ok 308204"
SELECTED = ("connect", f"apdu {JPKI}", f"apdu {CERTIFICATE}")
REMOVED, NOT_TRANSACTED, COMM_ERROR = "80100069", "80100016", "80100013"
NO_SERVICE, UNPOWERED, MISMATCH, NO_CARD = "8010001D", "80100067", "8010000F", "8010000C"
WORDS = {
    REMOVED: ("Card was removed", "SCARD_W_REMOVED_CARD"),
    NOT_TRANSACTED: ("Transaction failed", "SCARD_E_NOT_TRANSACTED"),
    COMM_ERROR: ("RPC transport error", "SCARD_F_COMM_ERROR"),
    UNPOWERED: ("Card is unpowered", "SCARD_W_UNPOWERED_CARD"),
    MISMATCH: ("Card protocol mismatch", "SCARD_E_PROTO_MISMATCH"),
}
"""What pyscard and Java call each code."""


def assert_says(program: str, saw: str, code: str) -> None:
    """The program was told ``code``, in its own way."""
    if program == "raw":
        assert saw == code
    elif program == "java":
        assert saw == f"CardException: {WORDS[code][1]}"
    else:
        assert saw.startswith("CardConnectionException")
        assert WORDS[code][0] in saw
        assert code in saw.upper()


# ------------------------------------------------------------------------ pull
@pytest.mark.parametrize("program", PROGRAMS)
def test_pulled(meeting: Meeting, program: str) -> None:
    meeting.inject("card.pull", {"match": "READ_BINARY"})
    seen = meeting.steps(program, *SELECTED, f"apdu {READ}", f"apdu {READ}")
    assert_says(program, seen[3], REMOVED)
    if program == "java":
        assert seen[4] == "IllegalStateException: Card has been removed"
    else:
        assert_says(program, seen[4], REMOVED)
    assert not meeting.desk.reader.has_card()


@pytest.mark.parametrize("program", PROGRAMS)
def test_pulled_at_the_nth_command_and_put_back(meeting: Meeting, program: str) -> None:
    meeting.inject("card.pull", {"nth": 3})
    seen = meeting.steps(program, *SELECTED, f"apdu {READ}")
    assert seen[1:3] == ["ok 9000"] * 2
    assert_says(program, seen[3], REMOVED)
    meeting.desk.insert_card()
    assert meeting.steps(program, *SELECTED, f"apdu {READ}")[-1].startswith(HEAD)


def test_pulled_raw_fails_first_and_is_gone_later(meeting: Meeting) -> None:
    meeting.inject("card.pull", {"match": "READ_BINARY"}, flavour="raw")
    seen = meeting.raw(*SELECTED, f"apdu {READ}")
    assert seen[3] == NOT_TRANSACTED
    for _ in range(200):
        code = meeting.raw(f"apdu {READ}")[0]
        if code != NOT_TRANSACTED:
            break
    assert code == REMOVED
    assert meeting.raw("disconnect", "connect") == ["ok", NO_CARD]


def test_pulled_raw_is_not_transacted_to_java(meeting: Meeting) -> None:
    meeting.inject("card.pull", {"match": "READ_BINARY"}, flavour="raw")
    assert_says("java", meeting.java(*SELECTED, f"apdu {READ}")[3], NOT_TRANSACTED)


def test_pulled_as_opensc_says_it(meeting: Meeting) -> None:
    meeting.inject("card.pull", {"match": "READ_BINARY"})
    ran = meeting.jpki(JPKI, CERTIFICATE, READ)
    assert (ran.rc, "APDU transmit failed: Card removed" in ran.err) == (1, True)
    gone = meeting.opensc("-n")
    assert (gone.rc, "Card not present" in gone.text) == (1, True)


@pytest.mark.parametrize(("executed", "left"), [(True, "63C2"), (False, "63C3")])
def test_a_lost_answer_may_cost_a_try(meeting: Meeting, executed: bool, left: str) -> None:
    meeting.inject("card.pull", {"match": "VERIFY", "until_count": 1}, executed=executed)
    meeting.raw("connect", f"apdu {JPKI}", f"apdu {PIN}", f"apdu {WRONG}")
    meeting.desk.insert_card()
    seen = meeting.raw("connect", f"apdu {JPKI}", f"apdu {PIN}", f"apdu {QUERY}", "disconnect")
    assert seen[3] == f"ok {left}"


# ---------------------------------------------------------------------- freeze
@pytest.mark.parametrize("program", PROGRAMS)
def test_frozen_for_every_command(meeting: Meeting, program: str) -> None:
    meeting.inject("card.freeze", {"match": "READ_BINARY", "nth": 1})
    seen = meeting.steps(program, *SELECTED, f"apdu {READ}", f"apdu {READ}", f"apdu {JPKI}")
    for saw in seen[3:]:
        assert_says(program, saw, NOT_TRANSACTED)
    assert meeting.struck("card.freeze") == 1


def test_frozen_a_reset_does_not_help_and_power_does(meeting: Meeting) -> None:
    meeting.inject("card.freeze", {"match": "READ_BINARY", "nth": 1})
    assert meeting.raw(*SELECTED, f"apdu {READ}")[3] == NOT_TRANSACTED
    assert meeting.raw("reconnect leave", f"apdu {JPKI}") == ["ok", NOT_TRANSACTED]
    reset, after = meeting.raw("reconnect reset", f"apdu {JPKI}")
    assert reset == "80100066"
    assert after.startswith("8010")
    seen = meeting.raw("reconnect unpower", *SELECTED[1:], f"apdu {READ}")
    assert seen[:3] == ["ok", "ok 9000", "ok 9000"]
    assert seen[3].startswith(HEAD)


@pytest.mark.parametrize("program", PROGRAMS)
def test_frozen_until_it_is_taken_out(meeting: Meeting, program: str) -> None:
    meeting.inject("card.freeze", {"nth": 3})
    assert_says(program, meeting.steps(program, *SELECTED, f"apdu {READ}")[3], NOT_TRANSACTED)
    meeting.desk.remove_card()
    meeting.desk.insert_card()
    assert meeting.steps(program, *SELECTED, f"apdu {READ}")[-1].startswith(HEAD)


def test_frozen_as_opensc_says_it_and_the_next_run_works(meeting: Meeting) -> None:
    meeting.inject("card.freeze", {"match": "READ_BINARY", "nth": 1})
    ran = meeting.jpki(JPKI, CERTIFICATE, READ)
    assert (ran.rc, "APDU transmit failed: Transmit failed" in ran.err) == (1, True)
    assert meeting.raw("connect", f"apdu {JPKI}", "disconnect unpower")[1] == NOT_TRANSACTED
    assert meeting.run("pkcs15-tool", "--read-certificate", "1").rc == 0


def test_the_reader_gives_a_frozen_card_its_time(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", deadline=5)
    meeting.inject("card.freeze", {"match": "READ_BINARY"}, gives_up_after=0.15)
    saw = meeting.java(*SELECTED, f"apdu {READ}")[3]
    assert_says("java", saw, NOT_TRANSACTED)
    assert 145 <= saw.ms < 3000


# ------------------------------------------------------------------ mute and ATR
@pytest.mark.parametrize("program", PROGRAMS)
def test_mute(meeting: Meeting, program: str) -> None:
    meeting.inject("card.mute")
    assert_says(program, meeting.steps(program, "connect")[0], UNPOWERED)
    if program == "raw":
        assert meeting.raw("state")[0] == "ok 0220"
    meeting.desk.injections.lift_fault("card.mute")
    assert meeting.raw("state")[0] == "ok 0020"
    assert meeting.steps(program, "connect", f"apdu {JPKI}")[1] == "ok 9000"


def test_mute_until_it_is_laid_down_properly(meeting: Meeting) -> None:
    meeting.inject("card.mute", {"until": "reinsert"})
    assert meeting.raw("connect") == [UNPOWERED]
    meeting.desk.remove_card()
    meeting.desk.insert_card()
    assert meeting.raw("connect")[0].startswith("ok 3B")


def test_mute_once_is_at_the_next_power_up_and_not_before(meeting: Meeting) -> None:
    meeting.inject("card.mute", {"first": 1, "match": "POWER_ON"})
    assert meeting.raw("state", "connect") == ["ok 0020", UNPOWERED]
    assert meeting.raw("connect")[0].startswith("ok 3B")


def test_mute_spares_a_program_that_is_connected(meeting: Meeting) -> None:
    meeting.java("connect")
    meeting.inject("card.mute")
    assert meeting.java(f"apdu {JPKI}", "disconnect reset")[0] == "ok 9000"
    assert_says("java", meeting.java("connect")[0], UNPOWERED)


def test_mute_as_opensc_and_pcsc_scan_say_it(meeting: Meeting) -> None:
    meeting.inject("card.mute")
    ran = meeting.opensc("-n")
    assert (ran.rc, "Unresponsive card (correctly inserted?)" in ran.err) == (1, True)
    scan = meeting.run("timeout", "--signal=KILL", "0.8", "pcsc_scan", "-n")
    assert "Unresponsive card" in scan.out


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("atr", ["00 11", "3B"])
def test_an_atr_that_is_none(meeting: Meeting, program: str, atr: str) -> None:
    meeting.inject("card.atr", atr=atr)
    assert_says(program, meeting.steps(program, "connect")[0], MISMATCH)
    meeting.desk.injections.clear()
    meeting.desk.insert_card()
    assert meeting.steps(program, "connect", f"apdu {JPKI}")[1] == "ok 9000"


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_atr_that_nobody_knows(meeting: Meeting, program: str) -> None:
    meeting.inject("card.atr")
    seen = meeting.steps(program, "connect", f"apdu {JPKI}")
    assert seen == ["ok 3BDA13FF8131FB468012392F31C173C601C03B", "ok 9000"]


def test_opensc_finds_the_card_by_its_application(meeting: Meeting) -> None:
    meeting.inject("card.atr")
    assert meeting.opensc("-a").out.startswith("3b:da:13:ff")
    assert "jpki" in meeting.opensc("-n").out


# ---------------------------------------------------------------- hang and slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_hang_ends_at_the_deadline(meet: Callable[..., Meeting], program: str) -> None:
    meeting = meet(time="real", deadline=0.15)
    meeting.inject("card.hang", {"match": "READ_BINARY", "nth": 1})
    saw = meeting.steps(program, *SELECTED, f"apdu {READ}")[3]
    assert_says(program, saw, COMM_ERROR)
    assert 145 <= saw.ms < 3000
    meeting.company.dismiss(program)
    assert meeting.steps(program, *SELECTED, f"apdu {READ}")[3].startswith(HEAD)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_hang_ends_with_the_desk(meet: Callable[..., Meeting], program: str) -> None:
    meeting = meet(time="real", deadline=600)
    meeting.inject("card.hang", {"match": "READ_BINARY"})
    meeting.steps(program, *SELECTED)
    running = meeting.company.program(program)
    running.begin(f"apdu {READ}")
    meeting.await_strike("card.hang")
    assert running.is_silent(0.05)
    meeting.desk.close()
    saw = running.came(f"apdu {READ}")
    meeting.company.dismiss(program)
    assert_says(program, saw, COMM_ERROR)


def test_a_hang_costs_nothing_in_virtual_time(meeting: Meeting) -> None:
    meeting.inject("card.hang", {"match": "READ_BINARY"})
    ran = meeting.jpki(JPKI, CERTIFICATE, READ)
    assert (ran.rc, "APDU transmit failed: Transmit failed" in ran.err) == (1, True)


@pytest.mark.parametrize("program", PROGRAMS)
def test_one_slow_instruction(meet: Callable[..., Meeting], program: str) -> None:
    meeting = meet(time="real", time_scale=0.05)
    meeting.inject("card.slow", {"match": "VERIFY"}, seconds=2.0)
    steps = [f"apdu {a}" for a in (JPKI, PIN, RIGHT, QUERY)]
    seen = meeting.steps(program, "connect", *steps, "disconnect")
    assert seen[3] == "ok 9000"
    assert 95 <= seen[3].ms < 3000
    assert seen[4] == "ok 63C3"
    assert meeting.struck("card.slow") == 1
    meeting.desk.injections.clear()
    assert meeting.steps(program, "connect", *steps, "disconnect")[3] == "ok 9000"
    assert meeting.struck("card.slow") == 1


def test_slow_ends_at_the_deadline(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", deadline=0.1)
    meeting.inject("card.slow", {"match": "VERIFY"}, seconds=900)
    saw = meeting.java("connect", *(f"apdu {a}" for a in (JPKI, PIN, RIGHT)), "disconnect")[3]
    assert saw == "ok 9000"
    assert 95 <= saw.ms < 3000

"""Answers that are wrong, met by programs: what each makes of them, and how it ends.

What is expected is in the facts on cards (section 6) and on PC/SC (section 5), or was measured
with OpenSC 0.23, pyscard 2.3 and Java 17.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from meeting import CERTIFICATE, JPKI, PIN, QUERY, READ, RIGHT, WRONG, Meeting

PROGRAMS = ("raw", "pyscard", "java")
HEAD = "ok 308204"
SELECTED = ("connect", f"apdu {JPKI}", f"apdu {CERTIFICATE}")
ALL = "00B0000000"


def last(meeting: Meeting, program: str, *apdus: str, first: tuple[str, ...] = SELECTED) -> str:
    """What came of the last APDU, after those of ``first``; the program lets go of the card."""
    seen = meeting.steps(program, *first, *(f"apdu {a}" for a in apdus), "disconnect")
    return seen[-2]


# ------------------------------------------------------------------- 6F00 once
@pytest.mark.parametrize("program", PROGRAMS)
def test_first_command_fails_and_the_second_does_not(meeting: Meeting, program: str) -> None:
    meeting.inject("card.first_6f00")
    seen = meeting.steps(program, "connect", f"apdu {JPKI}", f"apdu {JPKI}", f"apdu {CERTIFICATE}")
    assert seen[1:] == ["ok 6F00", "ok 9000", "ok 9000"]
    assert meeting.struck("card.first_6f00") == 1


def test_first_command_again_after_the_power_was_off(meeting: Meeting) -> None:
    meeting.inject("card.first_6f00")
    select = f"apdu {JPKI}"
    seen = meeting.raw("connect", select, "reconnect reset", select, "reconnect unpower", select)
    assert seen[1::2] == ["ok 6F00", "ok 9000", "ok 6F00"]


def test_first_command_after_a_reset_if_wanted(meeting: Meeting) -> None:
    meeting.inject("card.first_6f00", after_reset=True)
    select = f"apdu {JPKI}"
    seen = meeting.raw("connect", select, "reconnect reset", select, "reconnect leave", select)
    assert seen[1::2] == ["ok 6F00", "ok 6F00", "ok 9000"]


def test_first_command_counts_power_ups(meeting: Meeting) -> None:
    meeting.inject("card.first_6f00", {"nth": 2})
    select = f"apdu {JPKI}"
    again = ("reconnect unpower", select)
    seen = meeting.raw("connect", select, select, *again, select, *again)
    assert [s for s in seen[1:] if s != "ok"] == ["ok 9000"] * 2 + ["ok 6F00"] + ["ok 9000"] * 2


def test_opensc_asks_for_other_cards_first_and_reads(meeting: Meeting) -> None:
    meeting.inject("card.first_6f00")
    assert meeting.run("pkcs15-tool", "--read-certificate", "1").rc == 0
    assert meeting.struck("card.first_6f00") >= 1


# ---------------------------------------------------------------- status words
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("match", "apdu", "sw"),
    [("SELECT", JPKI, "6A82"), ("READ_BINARY", READ, "6982"), ("00B0*04", READ, "6CFF")],
)
def test_any_status_word_for_any_instruction(
    meeting: Meeting, program: str, match: str, apdu: str, sw: str
) -> None:
    meeting.inject("card.status_word", {"match": match, "until_count": 1}, sw=sw)
    first = SELECTED[:1] if apdu == JPKI else SELECTED
    # Java's library asks again by itself with the length that 6Cxx names.
    seen = last(meeting, program, apdu, first=first)
    expected = HEAD if (program, sw) == ("java", "6CFF") else f"ok {sw}"
    assert seen.startswith(expected)
    assert meeting.struck("card.status_word") == 1
    assert last(meeting, program, READ).startswith(HEAD)


def test_opensc_names_the_status_word(meeting: Meeting) -> None:
    meeting.inject("card.status_word", {"match": "READ_BINARY"}, sw="6A88")
    assert "(SW1=0x6A, SW2=0x88)" in meeting.jpki(JPKI, CERTIFICATE, READ).out


# ------------------------------------------------------- too short and too long
NO_ANSWER = {
    "pyscard": "CardConnectionException: Card returned no valid response",
    "java": "IllegalArgumentException: apdu must be at least 2 bytes long",
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("fault", "raw"), [("card.truncate", "ok 30"), ("card.empty", "ok")])
def test_no_whole_status_word(meeting: Meeting, program: str, fault: str, raw: str) -> None:
    meeting.inject(fault, {"match": "READ_BINARY", "first": 1})
    seen = meeting.steps(program, *SELECTED, f"apdu {READ}", f"apdu {READ}", "disconnect")
    assert seen[3].startswith(NO_ANSWER.get(program, raw))
    assert program != "raw" or seen[3] == raw
    assert seen[4].startswith(HEAD)


@pytest.mark.parametrize("fault", ["card.truncate", "card.empty"])
def test_opensc_takes_no_status_word_for_unknown_data(meeting: Meeting, fault: str) -> None:
    meeting.inject(fault, {"match": "READ_BINARY"})
    ran = meeting.jpki(JPKI, CERTIFICATE, READ)
    assert (ran.rc, "Unknown data received from card" in ran.err) == (1, True)


def test_an_empty_answer_to_everything_is_no_card_to_opensc(meeting: Meeting) -> None:
    meeting.inject("card.empty")
    ran = meeting.run("pkcs15-tool", "--list-pins")
    assert ran.rc != 0
    assert "Card is invalid or cannot be handled" in ran.err


@pytest.mark.parametrize(("executed", "left"), [(True, "63C2"), (False, "63C3")])
def test_an_empty_answer_may_cost_a_try(meeting: Meeting, executed: bool, left: str) -> None:
    meeting.inject("card.empty", {"match": "VERIFY"}, executed=executed)
    seen = meeting.java("connect", *(f"apdu {a}" for a in (JPKI, PIN, WRONG, QUERY)), "disconnect")
    assert seen[3].startswith("IllegalArgumentException")
    assert seen[4] == f"ok {left}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_more_than_was_asked_for(meeting: Meeting, program: str) -> None:
    meeting.inject("card.oversized", {"match": "READ_BINARY", "first": 1}, extra=300)
    seen = meeting.steps(program, *SELECTED, f"apdu {READ}", f"apdu {READ}", "disconnect")
    assert seen[3].startswith(HEAD)
    assert len(seen[3]) == len("ok ") + 2 * (4 + 300 + 2)
    assert len(seen[4]) == len("ok ") + 2 * (4 + 2)


@pytest.mark.parametrize(
    ("program", "saw"),
    [("raw", HEAD), ("pyscard", HEAD), ("java", "CardException: SCARD_E_INSUFFICIENT_BUFFER")],
)
def test_more_than_a_buffer_takes(meeting: Meeting, program: str, saw: str) -> None:
    meeting.inject("card.oversized", {"match": "READ_BINARY"}, extra=65_000)
    assert last(meeting, program, READ).startswith(saw)


def test_opensc_loses_the_certificate_to_too_long_answers(meeting: Meeting) -> None:
    meeting.inject("card.oversized", {"match": "READ_BINARY"})
    assert meeting.run("pkcs15-tool", "--read-certificate", "1").rc == 1


# ------------------------------------------------------------- nothing, for ever
@pytest.mark.parametrize("program", PROGRAMS)
def test_success_without_data(meeting: Meeting, program: str) -> None:
    meeting.inject("card.endless_zero")
    assert last(meeting, program, READ, ALL) == "ok 9000"


def test_opensc_looks_whether_anything_came(meeting: Meeting) -> None:
    meeting.inject("card.endless_zero")
    ran = meeting.run("pkcs15-tool", "--read-certificate", "1")
    assert (ran.rc, "Unknown data received from card" in ran.err) == (1, True)


@pytest.mark.parametrize("end", ["lift", "close", "count"])
def test_a_program_that_does_not_look_goes_on_until_the_fault_ends(
    meeting: Meeting, end: str
) -> None:
    meeting.inject("card.endless_zero", {"until_count": 2000} if end == "count" else None)
    meeting.raw(*SELECTED)
    program = meeting.company.program("raw")
    program.begin("readall 1024")
    if end == "count":
        assert program.came("readall") == "ok 1024"
        assert meeting.struck("card.endless_zero") == 2000
        return
    meeting.await_strike("card.endless_zero")
    assert program.is_silent(0.1)
    if end == "lift":
        meeting.desk.injections.lift_fault("card.endless_zero")
        assert program.came("readall") == "ok 1024"
    else:
        meeting.desk.close()
        assert program.came("readall").startswith("8010")


# ------------------------------------------------------------------------ 6983
@pytest.mark.parametrize("program", PROGRAMS)
def test_blocked_by_the_standard(meeting: Meeting, program: str) -> None:
    meeting.inject("card.blocked_6983")
    steps = [f"apdu {a}" for a in (JPKI, PIN, RIGHT, QUERY)]
    assert meeting.steps(program, "connect", *steps, "disconnect")[3:5] == ["ok 6983", "ok 63C0"]
    meeting.desk.injections.clear()
    assert meeting.steps(program, "connect", *steps, "disconnect")[3:5] == ["ok 9000", "ok 63C3"]


@pytest.mark.parametrize(("tries", "right"), [(0, "6983"), (1, "9000")])
def test_only_a_pin_that_is_blocked(meeting: Meeting, tries: int, right: str) -> None:
    meeting.inject("scene.pin_tries", auth=tries)
    meeting.inject("card.blocked_6983", only_if_blocked=True, query="6983")
    seen = meeting.raw("connect", *(f"apdu {a}" for a in (JPKI, PIN, QUERY, RIGHT)), "disconnect")
    assert seen[3:5] == [f"ok {'6983' if tries == 0 else '63C1'}", f"ok {right}"]


def test_the_try_that_uses_up_the_last_is_answered_as_ever(meeting: Meeting) -> None:
    meeting.inject("scene.pin_tries", auth=1)
    meeting.inject("card.blocked_6983", only_if_blocked=True)
    seen = meeting.raw("connect", *(f"apdu {a}" for a in (JPKI, PIN, WRONG, WRONG)), "disconnect")
    assert seen[3:5] == ["ok 63C0", "ok 6983"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [(True, "Authentication method blocked"), (False, "Reference data not usable")],
)
def test_opensc_has_another_word_for_either(
    meet: Callable[..., Meeting], fault: bool, words: str
) -> None:
    meeting = meet()
    meeting.inject("scene.pin_tries", auth=0)
    if fault:
        meeting.inject("card.blocked_6983")
    ran = meeting.run("pkcs15-tool", "--verify-pin", "-a", "1", "--pin", "1234")
    assert ran.rc != 0
    assert words in ran.err

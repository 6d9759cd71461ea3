"""The programs by themselves: what each sees when nothing is wrong, and that none can hang."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from meeting import JPKI, Meeting

ATR = "3B8880010000"
QUERY = "00200098"


@pytest.mark.parametrize("program", ["java", "raw", "pyscard"])
def test_a_sound_card(meeting: Meeting, program: str) -> None:
    seen = meeting.steps(program, "connect", f"apdu {JPKI}", f"apdu {QUERY}", "disconnect")
    assert seen[0].startswith(f"ok {ATR}")
    assert seen[1:] == ["ok 9000", "ok 63C3", "ok"]


@pytest.mark.parametrize("program", ["java", "raw", "pyscard"])
def test_the_same_program_meets_the_next_desk(meet: Callable[..., Meeting], program: str) -> None:
    for _ in range(2):
        seen = meet().steps(program, "connect", f"apdu {JPKI}", "disconnect")
        assert seen[1:] == ["ok 9000", "ok"]


def test_opensc_names_the_card(meeting: Meeting) -> None:
    ran = meeting.opensc("-n")
    assert (ran.rc, "jpki" in ran.out.lower()) == (0, True)


def test_a_program_that_waits_too_long_fails_the_test(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", deadline=0.4)
    meeting.inject("card.hang", {"match": "SELECT"})
    meeting.raw("connect")
    with pytest.raises(pytest.fail.Exception, match="raw was still in the step 'apdu"):
        meeting.raw(f"apdu {JPKI}", timeout=0.1)
    meeting.desk.injections.clear()
    assert meeting.raw("connect", f"apdu {JPKI}")[-1] == "ok 9000"

"""The service and other programs at it: dead, stopped, restarted, in use, reset; return codes.

What is expected is in the facts on PC/SC, section 5 and 6, or was measured with OpenSC 0.23,
pyscard 2.3, Java 17 and pcsc_scan 1.6.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from meeting import CERTIFICATE, JPKI, PIN, QUERY, READ, RIGHT, Meeting
from watching import pcsc_scan

from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults import make_fault

NAME = "SONY FeliCa RC-S300/P (1000000) 00 00"
SELECT = f"apdu {JPKI}"
SECOND = {"nth": 2, "match": "Transmit"}
PROGRAMS = ("raw", "pyscard", "java")

STOPPED = {"raw": "8010001E", "pyscard": "(0x8010001E)", "java": "SCARD_E_SERVICE_STOPPED"}
BROKEN = {"raw": "80100013", "pyscard": "(0x80100013)", "java": "SCARD_F_COMM_ERROR"}
KEY = "00A4020C020017"
SIGN = "802A008033" + "3031300D060960864801650304020105000420" + "00" * 32 + "00"
NO_SERVICE = {"raw": "8010001D", "pyscard": "(0x8010001D)", "java": "SCARD_E_NO_SERVICE"}
SHARING = {"raw": "8010000B", "pyscard": "(0x8010000B)", "java": "SCARD_E_SHARING_VIOLATION"}
RESET = {"raw": "80100068", "pyscard": "(0x80100068)", "java": "SCARD_W_RESET_CARD"}


@pytest.fixture
def fresh(meeting: Meeting) -> Iterator[Meeting]:
    """Java keeps one context for its life, and raw for as long: what is broken stays broken."""
    yield meeting
    for program in PROGRAMS:
        meeting.company.dismiss(program)


# ------------------------------------------------------------------------ dead
@pytest.mark.parametrize("program", ["raw", "pyscard"])
def test_a_dead_service_is_back_after_some_attempts(meeting: Meeting, program: str) -> None:
    meeting.company.dismiss(program)
    meeting.inject("reader.service", attempts=2)
    seen = meeting.steps(program, *["readers"] * 3, "connect", SELECT)
    assert [NO_SERVICE[program] in one for one in seen] == [True] * 2 + [False] * 3
    assert seen[-1] == "ok 9000"


def test_java_has_no_terminals_while_it_is_dead(fresh: Meeting) -> None:
    fresh.company.dismiss("java")
    fresh.inject("reader.service")
    assert fresh.java("readers", "connect") == ["ok", "IndexOutOfBoundsException: Index: 0"]


def test_opensc_while_it_is_dead_and_after(meeting: Meeting) -> None:
    meeting.inject("reader.service")
    for _ in range(3):
        ran = meeting.opensc("-n")
        assert (ran.rc, "No smart card readers found" in ran.text) == (1, True)
    meeting.desk.injections.lift_fault("reader.service")
    assert meeting.opensc("-n").rc == 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_was_there_when_it_died(fresh: Meeting, program: str) -> None:
    assert fresh.steps(program, "connect", SELECT)[-1] == "ok 9000"
    fresh.inject("reader.service")
    seen = fresh.steps(program, SELECT, SELECT)
    assert BROKEN[program] in seen[0]
    assert NO_SERVICE[program] in seen[1]


# --------------------------------------------------------------------- stopped
@pytest.mark.parametrize("program", PROGRAMS)
def test_stopped_in_the_middle(fresh: Meeting, program: str) -> None:
    fresh.inject("reader.service", SECOND, state="stopped", attempts=1)
    seen = fresh.steps(program, "connect", SELECT, SELECT, SELECT, "disconnect")
    assert seen[1] == "ok 9000"
    assert all(STOPPED[program] in one for one in seen[2:])
    fresh.company.dismiss(program)
    other = fresh.steps("pyscard", "connect", "connect", SELECT)
    assert NO_SERVICE["pyscard"] in other[0]
    assert other[-1] == "ok 9000"


# ------------------------------------------------------------------- restarted
@pytest.mark.parametrize("program", PROGRAMS)
def test_restarted_in_the_middle(fresh: Meeting, program: str) -> None:
    fresh.inject("reader.service", SECOND, state="restarted")
    seen = fresh.steps(program, "connect", SELECT, SELECT, SELECT)
    assert seen[1] == "ok 9000"
    assert BROKEN[program] in seen[2]
    assert NO_SERVICE[program] in seen[3]
    fresh.company.dismiss(program)
    assert fresh.steps(program, "connect", SELECT)[-1] == "ok 9000"


def test_another_program_loses_its_connection_too(fresh: Meeting) -> None:
    assert fresh.pyscard("connect", SELECT)[-1] == "ok 9000"
    fresh.inject("reader.service", {"nth": 1, "match": "Transmit"}, state="restarted")
    assert BROKEN["raw"] in fresh.raw("connect", SELECT)[-1]
    assert NO_SERVICE["pyscard"] in fresh.pyscard(SELECT)[0]
    assert fresh.pyscard("connect", SELECT)[-1] == "ok 9000"


def test_restarted_under_pcsc_scan(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time_scale=0.5)
    meeting.inject("reader.service", state="restarted")
    with pcsc_scan(meeting.desk) as watcher:
        watcher.saw(f"0: {NAME}", "Card inserted", "SCard", ".")
    # Which call fails, and with which of the two, depends on where the program was.
    ends = ("Service not available.", "RPC transport error.")
    assert any(one in watcher.text for one in ends), watcher.text
    assert meeting.opensc("-n").rc == 0


def test_opensc_meets_a_restart(meeting: Meeting) -> None:
    meeting.inject("reader.service", SECOND, state="restarted")
    assert meeting.opensc("-s", "00A4000000", "-s", "00A4000000").rc != 0
    assert meeting.opensc("-n").rc == 0


# --------------------------------------------------------------------- sharing
@pytest.mark.parametrize("program", PROGRAMS)
def test_held_exclusively_for_some_attempts(meeting: Meeting, program: str) -> None:
    meeting.inject("reader.sharing")
    seen = meeting.steps(program, *["connect"] * 4, SELECT, "disconnect", "connect", SELECT)
    assert [SHARING[program] in one for one in seen] == [True] * 3 + [False] * 5
    assert (seen[4], seen[-1]) == ("ok 9000", "ok 9000")
    assert meeting.struck("reader.sharing") == 1


def test_held_exclusively_until_taken_back(meeting: Meeting) -> None:
    meeting.inject("reader.sharing", attempts=0)
    for _ in range(4):
        assert "Reader in use by another application" in meeting.opensc("-n").text
    assert meeting.raw("state") == ["ok 00A0"], "PRESENT, EXCLUSIVE"
    meeting.desk.injections.lift_fault("reader.sharing")
    assert meeting.opensc("-n").rc == 0


def test_held_for_some_seconds(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", time_scale=0.01)
    meeting.inject("reader.sharing", seconds=40.0)
    assert SHARING["raw"] in meeting.raw("connect")[0]
    seen = []
    while not seen or not seen[-1].startswith("ok"):
        seen += meeting.raw("connect")
        assert len(seen) < 100_000
    assert sum(one.ms for one in seen) < 5_000


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_transaction_of_another_program_only_delays(meeting: Meeting, program: str) -> None:
    meeting.steps(program, "connect", SELECT)
    meeting.inject("reader.sharing", hold="transaction", attempts=3)
    seen = meeting.steps(program, SELECT, SELECT)
    assert seen == ["ok 9000", "ok 9000"]
    assert 250 <= seen[0].ms < 3000, "libpcsclite tries again every 100 ms"
    assert seen[1].ms < 100


def test_a_transaction_waits_for_the_other_one(meeting: Meeting) -> None:
    meeting.raw("connect")
    meeting.inject("reader.sharing", hold="transaction", attempts=2)
    seen = meeting.raw("begin", SELECT, "end")
    assert seen == ["ok", "ok 9000", "ok"]
    assert 200 <= seen[0].ms < 3000


def test_the_card_is_as_it_was_after_the_others_transaction(meeting: Meeting) -> None:
    """The other one touches nothing: what was selected and verified still is."""
    verify = [f"apdu {one}" for one in (JPKI, PIN, RIGHT)]
    assert meeting.raw("connect", *verify)[-1] == "ok 9000"
    meeting.inject("reader.sharing", hold="transaction", attempts=1)
    assert meeting.raw(f"apdu {CERTIFICATE}", f"apdu {READ}")[-1].startswith("ok 3082")


def test_connect_waits_for_the_others_transaction(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", time_scale=0.1)
    meeting.inject("reader.sharing", hold="transaction", attempts=30)
    seen = meeting.raw("connect", SELECT)
    assert 300 <= seen[0].ms < 3000
    assert seen[1] == "ok 9000"


def test_nobody_comes_between_who_is_there(meeting: Meeting) -> None:
    """An exclusive connection cannot be had while the program itself is connected."""
    meeting.java("connect")
    meeting.inject("reader.sharing")
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000"
    meeting.raw("disconnect")
    meeting.java("disconnect")
    assert SHARING["raw"] in meeting.raw("connect")[0]


def test_what_would_hang_for_ever_is_refused() -> None:
    with pytest.raises(OnshiError, match="repeats the call every 100 ms"):
        make_fault("reader.sharing", {"hold": "transaction", "attempts": 0})


# -------------------------------------------------------------- reset by other
@pytest.mark.parametrize("program", PROGRAMS)
def test_reset_by_another_program(meeting: Meeting, program: str) -> None:
    signs = [SELECT, f"apdu {KEY}", f"apdu {SIGN}"]
    verified = meeting.steps(program, "connect", SELECT, f"apdu {PIN}", f"apdu {RIGHT}", *signs)
    assert verified[-1].endswith("9000")
    meeting.inject("reader.reset_by_other", {"nth": 1})
    again = "reconnect leave" if program == "raw" else "connect"
    seen = meeting.steps(program, f"apdu {SIGN}", f"apdu {SIGN}", again, f"apdu {READ}", *signs)
    assert all(RESET[program] in one for one in seen[:2])
    assert seen[3] == "ok 6986", "nothing is selected any more"
    # pyscard lets go of the power when it connects again; a warm reset alone spares the PIN.
    assert seen[-1].endswith("6982" if program == "pyscard" else "9000")


def test_opensc_reconnects_after_a_reset(meeting: Meeting) -> None:
    meeting.inject("reader.reset_by_other", SECOND)
    assert meeting.opensc("-s", "00A4000000", "-s", "00A4000000").rc == 0
    assert meeting.struck("reader.reset_by_other") == 1


def test_reset_at_a_command(meeting: Meeting) -> None:
    meeting.inject("reader.reset_by_other", {"match": "VERIFY", "first": 1})
    verify = [f"apdu {one}" for one in (JPKI, PIN, QUERY, RIGHT)]
    assert [RESET["raw"] in one for one in meeting.raw("connect", *verify)] == [False] * 4 + [True]


# ---------------------------------------------------------------- return codes
@pytest.mark.parametrize(
    "code",
    ["SCARD_W_REMOVED_CARD", "removed_card", "0x80100069", "80100069", 2148532329, "-2146434967"],
)
def test_a_code_as_people_write_it(meeting: Meeting, code: str | int) -> None:
    meeting.inject("reader.return_code", {"nth": 1}, code=code)
    assert meeting.raw("connect")[0] == "80100069"


def test_a_code_for_one_command(meeting: Meeting) -> None:
    meeting.inject("reader.return_code", {"match": "READ_BINARY", "nth": 2}, code="COMM_DATA_LOST")
    steps = ("connect", SELECT, f"apdu {CERTIFICATE}", *[f"apdu {READ}"] * 3)
    seen = meeting.raw(*steps)
    assert [one[:2] == "ok" for one in seen] == [True, True, True, True, False, True]
    assert seen[4] == "8010002F"


@pytest.mark.parametrize("match", ["VERIFY", "00B0*", "Connect|SELECT"])
def test_a_sharing_violation_on_commands_needs_an_end(meeting: Meeting, match: str) -> None:
    with pytest.raises(CannotDeliverError, match="without an end"):
        meeting.inject("reader.return_code", {"match": match}, code="SHARING_VIOLATION")
    meeting.inject("reader.return_code", {"match": match, "first": 2}, code="SHARING_VIOLATION")


@pytest.mark.parametrize(
    ("fault", "settings", "message"),
    [
        ("reader.service", {"attempts": -1}, "attempts counts from 0"),
        ("reader.service", {"state": "gone"}, "gone"),
        ("reader.sharing", {"attempts": 601}, "0 to 600"),
        ("reader.sharing", {"seconds": -1.0}, "0 to 86400"),
        ("reader.sharing", {"hold": "shared"}, "shared"),
        ("reader.return_code", {"code": 0}, "success is no fault"),
        ("reader.return_code", {"code": "REMOVD_CARD"}, "did you mean REMOVED_CARD"),
        ("reader.return_code", {"code": 99999999999}, "unknown SCard return code"),
    ],
)
def test_settings_that_are_refused(fault: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(OnshiError, match=message):
        make_fault(fault, settings)

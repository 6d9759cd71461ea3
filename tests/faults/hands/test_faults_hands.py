"""What people do with the card, met by programs; and what the desk makes of it.

What is expected is in the facts on PC/SC, section 5 and 6, or was measured with OpenSC 0.23,
pyscard 2.3, Java 17 and pcsc_scan 1.6.2.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from meeting import JPKI, PIN, READ, RIGHT, Meeting
from watching import monitors, pcsc_scan

from onshi import Desk
from onshi.errors import OnshiError
from onshi.faults import Fault, FaultRun, fault, make_fault
from onshi.seams import Move, Moves, Seam

ATR = "3B888001000005E0B381A1007F"
SELECT = f"apdu {JPKI}"
KEY, SIGN = "00A4020C020017", "802A008033" + "30" * 51 + "00"
PROGRAMS = ("raw", "pyscard", "java")

NO_CARD = {"raw": "8010000C", "pyscard": "NoCardException", "java": "SCARD_E_NO_SMARTCARD"}
REMOVED = {"raw": "80100069", "pyscard": "(0x80100069)", "java": "SCARD_W_REMOVED_CARD"}


def state(desk: Desk) -> int:
    return desk.reader.states()[0].state


# --------------------------------------------------------------------- no card
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_card_and_then_one(meeting: Meeting, program: str) -> None:
    meeting.inject("hands.no_card")
    assert NO_CARD[program] in meeting.steps(program, "connect")[0]
    meeting.desk.injections.lift_fault("hands.no_card")
    assert meeting.steps(program, "connect", SELECT)[-1] == "ok 9000"


def test_opensc_and_java_say_that_there_is_none(meeting: Meeting) -> None:
    meeting.inject("hands.no_card")
    ran = meeting.opensc("-n")
    assert (ran.rc, "Card not present" in ran.text) == (1, True)
    assert meeting.java("present") == ["ok false"]
    assert meeting.raw("state") == ["ok 0010"], "EMPTY"


def test_the_second_try_reaches_the_reader(meeting: Meeting) -> None:
    meeting.inject("hands.no_card", {"first": 2})
    assert NO_CARD["raw"] in meeting.raw("connect")[0]
    meeting.desk.insert_card()
    assert NO_CARD["raw"] in meeting.raw("connect")[0]
    meeting.desk.insert_card()
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000"


def test_a_monitor_sees_the_card_only_when_it_comes(meeting: Meeting) -> None:
    meeting.inject("hands.no_card")
    with monitors(meeting.desk) as watcher:
        watcher.saw("reader + ")
        meeting.desk.insert_card()
        meeting.desk.injections.lift_fault("hands.no_card")
        watcher.saw(f"card + {ATR}")
        meeting.desk.remove_card()
        watcher.saw(f"card - {ATR}")
    assert watcher.text.count("card + ") == 1


# ------------------------------------------------------------------------ late
@pytest.mark.parametrize("program", PROGRAMS)
def test_late_by_looks(meeting: Meeting, program: str) -> None:
    meeting.inject("hands.late", looks=4)
    seen = meeting.steps(program, *["connect"] * 5)
    assert NO_CARD[program] in seen[0]
    assert seen[-1] == f"ok {ATR}"
    assert meeting.struck("hands.late") == 1


def test_late_by_the_clock_under_java_and_pcsc_scan(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time="real", time_scale=0.1)
    with pcsc_scan(meeting.desk) as watcher:
        watcher.saw("Card inserted")
        meeting.desk.remove_card()
        watcher.saw("Card removed")
        meeting.inject("hands.late", seconds=3.0)
        meeting.desk.insert_card()
        assert state(meeting.desk) == 2
        watcher.saw("Card removed", "Card inserted")
    assert meeting.java("await present", "connect", SELECT)[-1] == "ok 9000"


def test_late_never_comes_when_the_patient_has_gone(meet: Callable[..., Meeting]) -> None:
    meeting = meet(time_scale=0.001)
    meeting.inject("hands.late", looks=2, seconds=1.0)
    meeting.desk.remove_card()
    assert [NO_CARD["raw"] in one for one in meeting.raw(*["connect"] * 6)] == [True] * 6
    meeting.desk.insert_card()
    meeting.desk.injections.clear()
    assert [NO_CARD["raw"] in one for one in meeting.raw(*["connect"] * 6)] == [True] * 6


# -------------------------------------------------------------------- left behind
def test_left_behind_until_the_next_is_laid(meeting: Meeting) -> None:
    meeting.inject("hands.left_behind")
    desk = meeting.desk
    read = f"apdu {READ}"
    whose = meeting.raw("connect", SELECT, "apdu 00A4020C02000A", read)[-1]
    first = desk.card
    desk.next_patient()
    assert desk.patient.key == "p1"
    assert (state(desk), desk.reader.card_in().link is not None) == (0x34, True)  # type: ignore[union-attr]
    assert meeting.raw(read)[0] == whose, "the handle lives on: it is the same card"
    assert desk.card is not first
    desk.insert_card()
    assert meeting.raw(read)[0] == "80100069"
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000"


def test_left_behind_in_a_visit_and_the_next(meeting: Meeting) -> None:
    """As a test of the suite goes: the product sees it, until the next patient's card."""
    meeting.inject("hands.left_behind")
    desk = meeting.desk
    visit = desk.visit()
    assert state(desk) == 2, "the reader is empty before anybody comes"
    visit.present()
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000"
    visit.take_away()
    reception = desk._reception
    assert reception is not None
    follows = reception.follow()
    assert desk.injections.faults == []
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000", "a card is there, and not theirs"
    with monitors(desk) as watcher:
        watcher.saw(f"card + {ATR}")
        follows.present()
        watcher.saw(f"card + {ATR}", f"card - {ATR}", f"card + {ATR}")
    follows.take_away()
    assert state(desk) == 2


def test_left_behind_is_taken_away_with_the_fault(meeting: Meeting) -> None:
    meeting.inject("hands.left_behind")
    meeting.desk.remove_card()
    assert state(meeting.desk) == 0x34
    meeting.desk.injections.lift_fault("hands.left_behind")
    assert state(meeting.desk) == 2


# ------------------------------------------------------------------- reinserted
@pytest.mark.parametrize("program", PROGRAMS)
def test_reinserted_in_the_middle(meeting: Meeting, program: str) -> None:
    verify = [SELECT, f"apdu {PIN}", f"apdu {RIGHT}"]
    sign = [SELECT, f"apdu {KEY}", f"apdu {SIGN}"]
    meeting.inject("hands.reinserted", {"match": "VERIFY", "nth": 2})
    seen = meeting.steps(program, "connect", *verify, *sign, f"apdu {PIN}", f"apdu {RIGHT}")
    assert seen[6].endswith("9000"), "verified, and signed with"
    assert REMOVED[program] in seen[-1]
    again = meeting.steps(program, SELECT, "disconnect", "connect", *sign)
    dead = "Card has been removed" if program == "java" else REMOVED[program]
    assert dead in again[0]
    assert again[-1] == "ok 6982", "nobody has verified the PIN of this insertion"
    assert meeting.struck("hands.reinserted") == 1


def test_a_reconnection_is_enough_after_it(meeting: Meeting) -> None:
    meeting.inject("hands.reinserted", {"nth": 2})
    seen = meeting.raw("connect", SELECT, SELECT, "reconnect leave", SELECT)
    assert seen[2:] == ["80100069", "ok", "ok 9000"]


def test_reinserted_at_connect_goes_unnoticed(meeting: Meeting) -> None:
    meeting.inject("hands.reinserted", {"match": "Connect", "nth": 1})
    assert meeting.raw("connect", SELECT)[-1] == "ok 9000"
    assert meeting.desk.reader.states()[0].events == 3


def test_reinserted_after_some_looks(meeting: Meeting) -> None:
    meeting.inject("hands.reinserted", {"nth": 1}, looks=3)
    seen = meeting.java("connect", SELECT, "disconnect", *["connect"] * 4, SELECT)
    assert REMOVED["java"] in seen[1]
    assert NO_CARD["java"] in seen[3]
    assert seen[-1] == "ok 9000"


def test_opensc_goes_on_after_it(meeting: Meeting) -> None:
    """OpenSC 0.23 reconnects by itself; the second command is not the first's card session."""
    meeting.inject("hands.reinserted", {"nth": 2, "match": "SELECT"})
    assert meeting.opensc("-n").rc == 0
    assert meeting.struck("hands.reinserted") == 1


def test_monitors_see_it_go_and_come(meeting: Meeting) -> None:
    meeting.inject("hands.reinserted", {"nth": 1}, looks=50)
    with monitors(meeting.desk) as watcher:
        watcher.saw(f"card + {ATR}")
        assert REMOVED["raw"] in meeting.raw("connect", SELECT)[-1]
        watcher.saw(f"card - {ATR}", f"card + {ATR}")


# ---------------------------------------------------------------------- the chain
@fault("test.fumble", Seam.HANDS, title="置き直し")
class Fumble(Fault, frozen=True, kw_only=True):
    """The card is laid down, taken away and laid down: a fault may go on as often as it likes."""

    def move(self, move: Move, hands: Moves, run: FaultRun) -> None:
        run.lane.event("moved", action=move.action, reader=move.reader)
        hands.make(move)
        if move.action == "insert":
            run.hands.remove()
            hands.make(move)


def test_every_operation_of_the_desk_goes_through_the_hands() -> None:
    with Desk(date="2025-10-20", doors=()) as desk:
        desk.board.add(Fumble())
        desk.remove_card()
        desk.insert_card()
        desk.hands.unplug()
        desk.hands.plug()
        desk.next_patient()
        moved = [e["action"] for e in desk.journal.events("fault", "moved")]
        assert moved == ["remove", "insert", "unplug", "plug", "remove", "insert"]
        assert [e["at"] for e in desk.journal.events("fault", "fault")] == moved
        assert state(desk) == 0x34


def test_a_scene_that_changes_is_nobodys_operation() -> None:
    with Desk(date="2025-10-20", doors=()) as desk:
        desk.inject("hands.no_card", {"nth": 2})
        desk.inject("scene.pin_tries", auth=1)
        assert state(desk) == 0x34
        desk.insert_card()
        assert state(desk) == 0x34, "the card that lay there"


@pytest.mark.parametrize(
    ("fault", "settings", "message"),
    [
        ("hands.late", {"looks": 0}, "looks counts from 1"),
        ("hands.late", {"seconds": -1.0}, "0 to 86400"),
        ("hands.reinserted", {"looks": -1}, "looks counts from 0"),
        ("hands.no_card", {"first": 1}, "no setting 'first'"),
    ],
)
def test_settings_that_are_refused(fault: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(OnshiError, match=message):
        make_fault(fault, settings)

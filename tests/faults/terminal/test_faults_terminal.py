"""The face reader, met by what reads its files: the folder as a product sees it.

The files are read with the standard library's XML parser (expat).
"""

from __future__ import annotations

import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onshi import Desk
from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults import make_fault


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(date="2025-10-20", doors=("face",)) as desk:
        yield desk


def files(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "face").iterdir())


def dropped(desk: Desk) -> dict[str, str]:
    """The elements of the one face file that came of a presentation; {} for none."""
    before = set(files(desk))
    desk.drop_face_file()
    new = [one for one in files(desk) if one not in before]
    assert len(new) <= 1
    if not new:
        return {}
    return {e.tag: (e.text or "").strip() for e in ET.fromstring(new[0].read_bytes()).iter()}


def ended(desk: Desk) -> tuple[str | None, str]:
    """How the last presentation ended, and what the reader showed."""
    event = list(desk.journal.events("desk", "terminal"))[-1]
    return event["method"], event["screen"]


# ----------------------------------------------------------------- face failed
def test_the_face_fails_and_the_pin_does_not(desk: Desk) -> None:
    usual = dropped(desk)
    desk.inject("terminal.face_failed", attempts=2)
    found = dropped(desk)
    assert (found["Name"], ended(desk)) == (desk.patient.name, ("pin", ""))
    assert sorted(found) == sorted(usual), "the format has no field for the method"
    seen = [e["attempt"] for e in desk.journal.events("fault", "face")]
    assert seen == [1, 2]


@pytest.mark.parametrize(
    ("settings", "card", "method", "screen"),
    [
        ({"then": "visual"}, {}, "visual", ""),
        ({"then": "nothing", "screen": "もう一度"}, {}, None, "もう一度"),
        ({"then": "pin"}, {"auth_tries": 0}, None, "暗証番号がロックされています"),
        ({"then": "pin"}, {"kind": "mynumber_pinless"}, None, "暗証番号の設定がないカードです"),
        ({"then": "visual"}, {"kind": "mynumber_pinless"}, "visual", ""),
    ],
)
def test_how_a_failed_face_ends(
    desk: Desk, settings: dict[str, Any], card: dict[str, Any], method: str | None, screen: str
) -> None:
    import msgspec

    desk.scene.card = msgspec.structs.replace(desk.scene.card, **card)
    desk.inject("terminal.face_failed", **settings)
    found = dropped(desk)
    assert bool(found) is (method is not None)
    assert ended(desk) == (method, screen)


def test_an_expired_certificate_is_no_matter_of_the_face(desk: Desk) -> None:
    desk.inject("scene.certificate", expired_days=400)
    desk.inject("terminal.face_failed", then="visual")
    assert dropped(desk) == {}
    assert ended(desk)[1].startswith("006")


def test_it_takes_its_time_in_the_folder() -> None:
    with Desk(date="2025-10-20", doors=("face",), time="real", time_scale=0.01) as desk:
        desk.inject("terminal.face_failed", attempts=3, seconds=10.0)
        desk.drop_face_file()
        assert files(desk) == [], "not before 0.3 s"
        end = time.monotonic() + 10
        while not files(desk):
            assert time.monotonic() < end, "the file never came"
            threading.Event().wait(0.01)
        assert next(iter(desk.journal.events("face", "answer")))["method"] == "pin"


def test_the_face_fails_once_and_then_never_again(desk: Desk) -> None:
    desk.inject("terminal.face_failed", {"first": 1}, then="nothing")
    assert dropped(desk) == {}
    assert dropped(desk)["Name"] == desk.patient.name
    assert ended(desk) == ("face", "")


# ------------------------------------------------------------ face unavailable
@pytest.mark.parametrize(
    ("instead", "method", "screen"),
    [
        ("pin", "pin", ""),
        ("visual", "visual", ""),
        ("nothing", None, "顔認証は現在ご利用になれません"),
    ],
)
def test_face_unavailable(desk: Desk, instead: str, method: str | None, screen: str) -> None:
    desk.inject("terminal.face_unavailable", instead=instead)
    assert bool(dropped(desk)) is (method is not None)
    assert ended(desk) == (method, screen)
    desk.injections.lift_fault("terminal.face_unavailable")
    assert dropped(desk)["Name"] == desk.patient.name
    assert ended(desk) == ("face", "")


# ----------------------------------------------------------------- visual mode
def test_visual_mode(desk: Desk) -> None:
    usual = dropped(desk)
    run = desk.inject("terminal.visual_mode")
    assert dropped(desk).keys() == usual.keys()
    assert ended(desk) == ("visual", "")
    desk.board.remove(run)
    desk.inject("terminal.visual_mode", confirmed=False, screen="確認できません")
    assert dropped(desk) == {}
    assert ended(desk) == (None, "確認できません")


# ---------------------------------------------------------------- false accept
def test_a_sibling_is_taken_for_the_patient(desk: Desk) -> None:
    mine = dropped(desk)
    desk.inject("terminal.false_accept", {"first": 2})
    theirs = [dropped(desk), dropped(desk)]
    for one in theirs:
        assert one["Name"].split("　")[0] == mine["Name"].split("　")[0]
        assert one["Name"] != mine["Name"]
        for same in ("InsurerNumber", "InsuredCardSymbol", "InsuredIdentificationNumber"):
            assert one[same] == mine[same]
        for other in ("Birthdate", "InsuredBranchNumber"):
            assert one[other] != mine[other]
        assert one["QualificationValidity"] == "1"
    assert theirs[0]["Name"] == theirs[1]["Name"], "the same sibling every time"
    assert dropped(desk)["Name"] == mine["Name"], "and it ends"
    assert desk.answers[1].records[0].patient.key != desk.patient.key


def test_the_card_that_is_there_is_whose_face_it_is_not(desk: Desk) -> None:
    desk.inject("scene.wrong_card", other_person=True, who="family")
    assert dropped(desk) == {}
    desk.inject("terminal.false_accept")
    holder = desk.scene.card.holder
    assert holder is not None
    assert dropped(desk)["Name"] == holder.name != desk.patient.name


# -------------------------------------------------------------------- bad input
@pytest.mark.parametrize(
    ("fault", "settings", "message"),
    [
        ("terminal.face_failed", {"attempts": 0}, "1 to 100"),
        ("terminal.face_failed", {"seconds": -1.0}, "0 to 3600"),
        ("terminal.face_failed", {"then": "phone"}, "phone"),
        ("terminal.face_unavailable", {"instead": ""}, "instead"),
        ("terminal.visual_mode", {"confirmd": True}, "did you mean confirmed"),
    ],
)
def test_settings_that_are_refused(fault: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(OnshiError, match=message):
        make_fault(fault, settings)


@pytest.mark.parametrize("name", ["face_failed", "face_unavailable", "false_accept", "visual_mode"])
def test_nobody_reads_face_files_at_a_vpcd(name: str) -> None:
    from onshi.clock import VirtualClock, parse_date
    from onshi.faults import FaultBoard
    from onshi.journal import Journal

    board = FaultBoard(
        seed=0,
        clock=VirtualClock(parse_date("2025-10-20")),
        journal=Journal(),
        deadline=1,
        doors=frozenset({"vpcd"}),
    )
    with pytest.raises(CannotDeliverError, match="face, folder"):
        board.add(make_fault(f"terminal.{name}", {}))

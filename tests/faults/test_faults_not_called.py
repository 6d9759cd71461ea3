"""file.not_called: somebody else's face file lies there first, and nothing stays of the fault."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import onshi


@pytest.fixture
def desk():
    with onshi.Desk(doors=("folder",), seed=6, date="2025-10-20", time="virtual") as desk:
        yield desk


def xpath(path: Path, element: str) -> str:
    """What another program's parser finds in the file."""
    return subprocess.run(
        ["xmllint", "--xpath", f"string(//{element})", str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    ).stdout.strip()


def faces(desk: onshi.Desk) -> list[Path]:
    return sorted((desk.folder / "face").iterdir(), key=lambda p: p.stat().st_mtime_ns)


def test_another_persons_file_is_there_first(desk: onshi.Desk) -> None:
    desk.inject("file.not_called", minutes=5)
    desk.drop_face_file()
    other, own = faces(desk)
    assert xpath(own, "Birthdate") == f"{desk.patient.birthdate:%Y%m%d}"
    assert xpath(other, "QualificationValidity") == "1"
    waiting = desk.scene.others[-1]
    assert xpath(other, "Birthdate") == f"{waiting.birthdate:%Y%m%d}"
    assert waiting.key != desk.patient.key
    assert int(other.stem[-14:]) < int(own.stem[-14:]), "its name says that it is older"
    assert [e["patient"] for e in desk.journal.events("fault", "not_called")] == [waiting.key]


def test_it_strikes_once_and_not_the_next_patient(desk: onshi.Desk) -> None:
    run = desk.inject("file.not_called")
    desk.drop_face_file()
    desk.drop_face_file()
    assert len(faces(desk)) == 3
    desk.board.remove(run)
    assert len(faces(desk)) == 2, "what the fault laid down goes with it"
    desk.next_patient()
    desk.drop_face_file()
    assert len(faces(desk)) == 3


def test_a_request_is_not_meant(desk: onshi.Desk) -> None:
    desk.inject("file.not_called")
    assert list((desk.folder / "res").iterdir()) == []

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from eligstage import Stage, eventually

from onshi.doors.face import FaceDoor
from onshi.doors.folder import FolderDoor
from onshi.eligibility.messages import record_elements
from onshi.eligibility.xml import parse_result
from onshi.errors import OnshiError
from onshi.seams import TerminalOutcome
from onshi.terminal.app import FaceTerminal

NAME = re.compile(r"OQSsiquc01res_face_1312345670[0-9A-F]{20}_\d{14}\.xml")


@pytest.fixture
def folder() -> Iterator[FolderDoor]:
    made = FolderDoor()
    made.start()
    yield made
    made.close()


def drop(folder: FolderDoor, stage: Stage, **outcome: object) -> list[Path]:
    FaceDoor(folder).drop(TerminalOutcome(**outcome), stage.scene.patient)  # type: ignore[arg-type]
    return sorted((folder.root / "face").iterdir())


def test_a_face_file(folder: FolderDoor) -> None:
    stage = Stage(kind="kokuho")
    folder.attach(stage.backstage)
    (path,) = drop(folder, stage, info_consent=True)
    assert NAME.fullmatch(path.name)
    assert path.name.endswith("_20251020090000.xml")
    message = parse_result(path.read_bytes()).xml_msg
    header, body = message.message_header, message.message_body
    assert header.reference_classification == "1"
    identifier = header.arbitrary_file_identifier
    assert identifier is not None
    assert len(identifier) == 16
    assert len(base64.b64decode(identifier)) == 11
    assert body is not None
    assert body.qualification_confirm_search_info is None
    assert body.qualification_validity == "1"
    assert body.result_list is not None
    record = body.result_list[0].result_of_qualification_confirmation
    number = stage.scene.truth.qualification.insurer_number
    assert record.insurer_number == f"  {number}"
    assert record.pharmacists_info_cons_flg == "1"


def test_elements_are_not_in_the_order_of_the_specification(folder: FolderDoor) -> None:
    stage = Stage()
    folder.attach(stage.backstage)
    (path,) = drop(folder, stage)
    text = path.read_text(encoding="utf-8")
    record = text.split("ResultOfQualificationConfirmation>")[1]
    tags = re.findall(r"<([A-Z]\w+)>", record)
    assert len(tags) > 10
    spec = [t for t in record_elements() if t in tags]
    assert sorted(spec) == sorted(tags)
    assert spec != tags


def test_the_same_seed_gives_the_same_file(folder: FolderDoor) -> None:
    found = []
    for seed in (1, 1, 2):
        stage = Stage(seed=seed)
        folder.attach(stage.backstage)
        (path,) = drop(folder, stage)
        found.append((path.name, path.read_bytes(), stage.journal.canonical()))
        folder.detach()
    assert found[0] == found[1]
    assert found[0][0] != found[2][0]


def test_presenting_twice_gives_two_files(folder: FolderDoor) -> None:
    stage = Stage()
    folder.attach(stage.backstage)
    drop(folder, stage)
    assert len(drop(folder, stage)) == 2


def test_nobody_identified_no_file(folder: FolderDoor) -> None:
    stage = Stage()
    folder.attach(stage.backstage)
    assert drop(folder, stage, method=None, screen="006") == []
    assert [e["screen"] for e in stage.journal.events("face", "nobody")] == ["006"]


def test_limit_consent_and_refused_information(folder: FolderDoor) -> None:
    stage = Stage(encoding="cp932")
    stage.inject("scene.limit_stale")
    folder.attach(stage.backstage)
    (path,) = drop(folder, stage, limit_consent=True)
    body = parse_result(path.read_bytes()).xml_msg.message_body
    assert body is not None
    assert body.result_list is not None
    record = body.result_list[0].result_of_qualification_confirmation
    assert record.limit_application_certificate_related_info is not None
    assert record.pharmacists_info_cons_flg == "0"
    assert record.pharmacists_info_cons_time is None


def test_in_grace_the_file_comes_without_information(folder: FolderDoor) -> None:
    stage = Stage()
    stage.inject("scene.certificate", expired_days=10)
    folder.attach(stage.backstage)
    outcome = FaceTerminal(stage.clock).present(stage.scene.patient, stage.scene.card)
    FaceDoor(folder).drop(outcome, stage.scene.patient)
    (path,) = (folder.root / "face").iterdir()
    body = parse_result(path.read_bytes()).xml_msg.message_body
    assert body is not None
    assert body.qualification_validity == "1"
    assert body.processing_result_message is not None
    assert body.result_list is not None
    record = body.result_list[0].result_of_qualification_confirmation
    assert record.pharmacists_info_cons_flg == "0"


def test_a_late_file_does_not_hold_up_the_desk(folder: FolderDoor) -> None:
    stage = Stage(real=True, scale=0.005)
    folder.attach(stage.backstage)
    assert drop(folder, stage, delay=30.0) == []
    eventually(lambda: list((folder.root / "face").iterdir()))


def test_folder_faults_reach_face_files(folder: FolderDoor) -> None:
    stage = Stage()
    stage.inject("file.empty")
    folder.attach(stage.backstage)
    (path,) = drop(folder, stage)
    assert path.read_bytes() == b""


def test_without_a_desk_there_is_nobody_to_identify(folder: FolderDoor) -> None:
    with pytest.raises(OnshiError, match="no desk"):
        drop(folder, Stage())

"""Face reader files: whose they are, and when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from clinic import compare
from clinic.chart import Page
from clinic.config import Config
from clinic.errors import DeviceTrouble
from clinic.face import FaceFolder
from clinic.messages import Result
from clinic_bench import DAY, IMPATIENT, PAGE, answer, as_xml, record

NEXT = Page(kana="シンリョウ　ハナコ", birthdate=PAGE.birthdate, sex="2")
NEXT_RECORD = record(Name="診療　花子", NameKana="ｼﾝﾘﾖｳ ﾊﾅｺ", Sex1="2")


@pytest.fixture
def face_dir(tmp_path: Path) -> Path:
    (tmp_path / "face").mkdir()
    return tmp_path / "face"


@pytest.fixture
def late() -> list[str]:
    return []


@pytest.fixture
def face(face_dir: Path, late: list[str]) -> FaceFolder:
    config = Config(folder=face_dir.parent, limits=IMPATIENT)
    return FaceFolder(config, lambda day, name, content: late.append(name))


def about(person: Page) -> Callable[[Result], bool]:
    return lambda result: any(not compare.person(person, r) for r in result.records)


def drop(face_dir: Path, number: int, *records: dict[str, object]) -> Path:
    path = face_dir / f"OQSsiquc01res_face_131234567{number}_20251020090{number:03d}.xml"
    path.write_bytes(as_xml(answer(*records)))
    return path


def test_the_file_that_appears_is_taken_and_removed(face: FaceFolder, face_dir: Path) -> None:
    result = face.next_result(lambda: drop(face_dir, 1, record()), about(PAGE), DAY)
    assert result.records[0].kana == "ﾀｶﾊｼ ｼﾖｳ"
    assert list(face_dir.iterdir()) == []


def test_what_lay_there_before_is_not_this_patients(face: FaceFolder, face_dir: Path) -> None:
    old = drop(face_dir, 1, record())
    result = face.next_result(lambda: drop(face_dir, 2, NEXT_RECORD), about(NEXT), DAY)
    assert result.records[0].name == "診療　花子"
    assert list(face_dir.iterdir()) == [old]


def test_nothing_comes(face: FaceFolder) -> None:
    with pytest.raises(DeviceTrouble, match="目視") as trouble:
        face.next_result(lambda: None, about(PAGE), DAY)
    assert trouble.value.category == "face"


def test_half_a_file_is_nothing(face: FaceFolder, face_dir: Path) -> None:
    def half() -> None:
        path = drop(face_dir, 1, record())
        path.write_bytes(path.read_bytes()[:-10])

    with pytest.raises(DeviceTrouble):
        face.next_result(half, about(PAGE), DAY)


@pytest.mark.parametrize("when", ["before the next is called", "while the next stands there"])
def test_a_late_file_is_set_aside(
    face: FaceFolder, face_dir: Path, late: list[str], when: str
) -> None:
    with pytest.raises(DeviceTrouble):
        face.next_result(lambda: None, about(PAGE), DAY)
    if when.startswith("before"):
        drop(face_dir, 1, record())

    def both() -> None:
        if when.startswith("while"):
            drop(face_dir, 1, record())
        drop(face_dir, 2, NEXT_RECORD)

    result = face.next_result(both, about(NEXT), DAY)
    assert result.records[0].name == "診療　花子"
    assert len(late) == 1
    assert list(face_dir.iterdir()) == []


def test_who_was_not_called_is_told_of_and_does_not_come_first(face_dir, face):
    def both():
        drop(face_dir, 1, NEXT_RECORD)
        drop(face_dir, 2, record())

    result = face.next_result(both, about(PAGE), DAY)
    assert result.records[0].kana == record()["NameKana"]
    assert [r.records[0].kana for r in face.not_called] == [NEXT_RECORD["NameKana"]]
    assert len(list(face_dir.iterdir())) == 1, "a stranger's file is left to whom it is for"
    drop_again = face.next_result(lambda: drop(face_dir, 3, record()), about(PAGE), DAY)
    assert drop_again.records
    assert face.not_called == []


def test_a_strangers_result_is_handed_on_to_be_asked_about(
    face: FaceFolder, face_dir: Path
) -> None:
    result = face.next_result(lambda: drop(face_dir, 1, NEXT_RECORD), about(PAGE), DAY)
    assert result.records[0].name == "診療　花子"

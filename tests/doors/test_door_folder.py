from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from eligstage import Stage, eventually

from onshi.doors.folder import FolderDoor
from onshi.eligibility.codes import is_placeholder
from onshi.eligibility.messages import XmlMsg
from onshi.eligibility.xml import NotAMessageError, parse_result
from onshi.errors import OnshiError
from onshi.schedule import Schedule


@pytest.fixture
def door() -> Iterator[FolderDoor]:
    made = FolderDoor(settle=0.15)
    made.start()
    yield made
    made.close()


def attached(door: FolderDoor, **how: object) -> Stage:
    stage = Stage(**how)  # type: ignore[arg-type]
    door.attach(stage.backstage)
    return stage


def put(door: FolderDoor, suffix: str, content: bytes) -> Path:
    """As a careful client does it: written elsewhere, then renamed."""
    part = door.root / f"{suffix}.tmp"
    part.write_bytes(content)
    part.rename(door.root / "req" / f"OQSsiquc01req_{suffix}.xml")
    return door.root / "res" / f"OQSsiquc01res_{suffix}.xml"


def told(path: Path) -> XmlMsg:
    eventually(path.exists)
    return parse_result(path.read_bytes()).xml_msg


def test_a_request_is_taken_and_answered(door: FolderDoor) -> None:
    stage = attached(door)
    message = told(put(door, "202510200001", stage.request("clinic_42")))
    assert message.message_header.arbitrary_file_identifier == "clinic_42"
    assert message.message_header.medical_institution_code == stage.site.institution_code
    assert message.message_header.reference_classification == "2"
    body = message.message_body
    assert body is not None
    assert body.qualification_validity == "1"
    assert body.qualification_confirm_search_info is not None
    assert body.qualification_confirm_search_info.insured_identification_number == (
        stage.scene.truth.qualification.number
    )
    assert list((door.root / "req").iterdir()) == []


def test_turnaround_is_short(door: FolderDoor) -> None:
    stage = attached(door)
    start = time.perf_counter()
    told(put(door, "1", stage.request()))
    assert time.perf_counter() - start < 0.5


def test_the_institution_of_the_request_is_echoed(door: FolderDoor) -> None:
    stage = attached(door)
    other = stage.request().replace(b"1312345670", b"1399999999")
    header = told(put(door, "1", other)).message_header
    assert header.medical_institution_code == "1399999999"


def test_shift_jis(door: FolderDoor) -> None:
    stage = attached(door, encoding="cp932", kind="kokuho")
    stage.inject("scene.difficult_name", family="德髙")
    path = put(door, "1", stage.request())
    message = told(path)
    assert message.message_header.character_code_identifier == "1"
    assert b'encoding="Shift_JIS"' in path.read_bytes()
    assert "德●" in path.read_bytes().decode("cp932")


def test_a_slow_writer_in_another_process_is_waited_for(door: FolderDoor, tmp_path: Path) -> None:
    stage = attached(door)
    source = tmp_path / "request.xml"
    source.write_bytes(stage.request())
    script = textwrap.dedent(
        """
        import sys, time
        source, target = sys.argv[1:]
        data = open(source, "rb").read()
        with open(target, "wb") as f:
            for i in range(0, len(data), 100):
                f.write(data[i:i + 100])
                f.flush()
                time.sleep(0.04)
        """
    )
    target = door.root / "req" / "OQSsiquc01req_777777777777.xml"
    writer = subprocess.Popen([sys.executable, "-c", script, str(source), str(target)])
    message = told(door.root / "res" / "OQSsiquc01res_777777777777.xml")
    assert writer.wait(10) == 0
    assert message.message_header.segment_of_result == "1"
    assert message.message_body is not None
    assert message.message_body.qualification_validity == "1"


def test_many_requests_from_threads_are_all_paired(door: FolderDoor) -> None:
    stage = attached(door)
    names = [f"{n:012d}" for n in range(24)]

    def client(part: list[str]) -> None:
        for name in part:
            put(door, name, stage.request(f"id-{name}"))

    threads = [threading.Thread(target=client, args=(names[i::3],)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        header = told(door.root / "res" / f"OQSsiquc01res_{name}.xml").message_header
        assert header.arbitrary_file_identifier == f"id-{name}"


@pytest.mark.parametrize("content", [b"", b"<XmlMsg>", b"not xml at all", "髙".encode("cp932")])
def test_a_malformed_request_gets_a_failure_and_no_invented_code(
    door: FolderDoor, content: bytes
) -> None:
    attached(door)
    message = told(put(door, "1", content))
    header, body = message.message_header, message.message_body
    assert header.segment_of_result == "9"
    assert header.error_code is not None
    assert is_placeholder(header.error_code)
    assert body is not None
    assert body.processing_result_status == "2"
    assert body.qualification_validity is None


def test_other_message_types_are_left_alone_and_journalled_once(door: FolderDoor) -> None:
    stage = attached(door)
    kept = [
        door.root / "req" / name
        for name in ("OQSsihvq01req_1.xml", "CIPsiquc01req_1.xml", "notes.txt")
    ]
    for path in kept:
        path.write_bytes(stage.request())
    told(put(door, "1", stage.request()))
    eventually(lambda: len(list(stage.journal.events("folder", "ignored"))) == 3)
    told(put(door, "2", stage.request()))
    kinds = sorted(e["kind"] for e in stage.journal.events("folder", "ignored"))
    assert kinds == ["CIPsiquc01req", "OQSsihvq01req", "other"]
    assert all(path.exists() for path in kept)


def test_the_journal_is_the_same_for_the_same_seed(door: FolderDoor) -> None:
    journals = []
    for suffix in ("202510200001", "202510209999"):
        stage = attached(door)
        told(put(door, suffix, stage.request(f"id{suffix}")))
        eventually(lambda s=stage: list(s.journal.events("folder", "file")))
        door.detach()
        journals.append(stage.journal.canonical())
    first, second = journals
    assert first.count(b"\n") == 3
    assert b'"birthdate"' in first
    # the identifier is the client's own: only the length of the file tells of it
    assert first.replace(b"id202510200001", b"") == second


# ------------------------------------------------------------------- faults
def test_never(door: FolderDoor) -> None:
    stage = attached(door)
    stage.inject("file.never", Schedule(nth=1))
    missing = put(door, "1", stage.request())
    eventually(lambda: list(stage.journal.events("folder", "nothing")))
    told(put(door, "2", stage.request()))
    assert not missing.exists()
    assert list((door.root / "req").iterdir()) == []


def test_a_late_result_holds_up_nothing(door: FolderDoor) -> None:
    stage = attached(door, real=True, scale=0.005)
    stage.inject("file.late", Schedule(nth=1), seconds=60)
    start = time.monotonic()
    late = put(door, "1", stage.request())
    eventually(lambda: list(stage.journal.events("folder", "answer")))
    told(put(door, "2", stage.request()))
    assert not late.exists()
    told(late)
    assert time.monotonic() - start >= 60 * 0.005


def test_a_slow_inquiry_is_a_late_file(door: FolderDoor) -> None:
    stage = attached(door, real=True, scale=0.001)
    stage.inject("inquiry.slow", seconds=45)
    told(put(door, "1", stage.request()))
    (event,) = eventually(lambda: list(stage.journal.events("folder", "file")))
    assert event["t"] == 45


def test_half_written_then_complete(door: FolderDoor) -> None:
    stage = attached(door, real=True, scale=0.1)
    stage.inject("file.partial", part=0.5, seconds=2)
    path = put(door, "1", stage.request())
    eventually(lambda: path.exists() and path.stat().st_size)
    half = path.read_bytes()
    with pytest.raises(NotAMessageError):
        parse_result(half)
    whole = eventually(lambda: len(d := path.read_bytes()) > len(half) and d)
    assert parse_result(whole)
    assert abs(len(half) * 2 - len(whole)) <= 1


def test_half_written_for_good_and_empty(door: FolderDoor) -> None:
    stage = attached(door)
    stage.inject("file.partial", Schedule(nth=1), seconds=0)
    stage.inject("file.empty", Schedule(nth=2))
    half = put(door, "1", stage.request())
    eventually(lambda: list(stage.journal.events("folder", "file")))
    with pytest.raises(NotAMessageError):
        parse_result(half.read_bytes())
    empty = put(door, "2", stage.request())
    eventually(lambda: len(list(stage.journal.events("folder", "file"))) == 2)
    assert empty.read_bytes() == b""
    assert told(put(door, "3", stage.request())).message_header.segment_of_result == "1"


def test_a_stale_duplicate_comes_with_the_next_one(door: FolderDoor) -> None:
    stage = attached(door)
    stage.inject("file.stale_duplicate")
    first = put(door, "1", stage.request("first"))
    told(first)
    told(put(door, "2", stage.request("second")))
    stale = door.root / "res" / "OQSsiquc01res_1 (1).xml"
    assert stale.read_bytes() == first.read_bytes()


# --------------------------------------------------------------- life cycle
def test_a_desk_resets_contents_and_never_the_directory(door: FolderDoor) -> None:
    stage = attached(door)
    root, inode = door.root, (door.root / "res").stat().st_ino
    told(put(door, "1", stage.request()))
    (root / "face" / "left").mkdir()
    door.detach()
    attached(door)
    assert door.root == root
    assert (root / "res").stat().st_ino == inode
    assert [p for part in ("req", "res", "face") for p in (root / part).iterdir()] == []


def test_nothing_of_a_desk_is_written_after_it_left(door: FolderDoor) -> None:
    stage = attached(door, real=True)
    stage.inject("file.late", seconds=0.3)
    path = put(door, "1", stage.request())
    eventually(lambda: list(stage.journal.events("folder", "answer")))
    before = threading.active_count()
    start = time.monotonic()
    door.detach()
    assert time.monotonic() - start < 0.25
    assert threading.active_count() < before
    attached(door)
    told(put(door, "2", stage.request()))
    assert not path.exists()


def test_release_of_the_desk_ends_a_late_result(door: FolderDoor) -> None:
    stage = attached(door, real=True)
    stage.inject("file.late", seconds=80)
    put(door, "1", stage.request())
    eventually(lambda: list(stage.journal.events("folder", "answer")))
    stage.clock.release()
    start = time.monotonic()
    door.detach()
    assert time.monotonic() - start < 0.5


def test_waits_are_bounded_by_the_deadline(door: FolderDoor) -> None:
    stage = attached(door, real=True, scale=0.001, deadline=5.0)
    stage.inject("file.late", seconds=60)
    stage.inject("inquiry.slow", seconds=60)
    told(put(door, "1", stage.request()))
    (event,) = eventually(lambda: list(stage.journal.events("folder", "file")))
    assert event["t"] <= 5


def test_attaching_is_fast(door: FolderDoor) -> None:
    stage = Stage()
    start = time.perf_counter()
    for _ in range(5):
        door.attach(stage.backstage)
        door.detach()
    assert (time.perf_counter() - start) / 5 < 0.05


def test_two_desks_do_not_share(door: FolderDoor) -> None:
    attached(door)
    with pytest.raises(OnshiError, match="another desk"):
        attached(door)


def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(OnshiError, match=r"exchange folder .*oqs cannot be used") as e:
        FolderDoor(blocked / "oqs").start()
    assert "\n" not in str(e.value)
    with pytest.raises(OnshiError, match="start"):
        _ = FolderDoor().root


def test_a_chosen_folder_stays(tmp_path: Path) -> None:
    door = FolderDoor(tmp_path / "OQS")
    door.start()
    attached(door)
    door.close()
    assert sorted(p.name for p in (tmp_path / "OQS").iterdir()) == [".onshi", "face", "req", "res"]


def test_a_made_folder_goes() -> None:
    door = FolderDoor()
    door.start()
    root = door.root
    door.close()
    assert not root.exists()


def test_a_vanished_folder_is_noticed_and_comes_back(door: FolderDoor) -> None:
    stage = attached(door)
    (door.root / "req").rename(door.root / "away")
    eventually(lambda: "is not there" in door.trouble)
    (door.root / "away").rename(door.root / "req")
    told(put(door, "1", stage.request()))
    assert door.trouble == ""

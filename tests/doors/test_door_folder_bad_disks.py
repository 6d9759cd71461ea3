"""An exchange folder on real disks: full, read-only, gone, silent, or somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eligstage import Stage, eventually
from private_mounts import fill, in_private_mounts, mount, small_disk, unmount

from onshi.doors import folder_requests, watcher
from onshi.doors.face import FaceDoor
from onshi.doors.folder import FolderDoor
from onshi.doors.watcher import Watch
from onshi.eligibility.xml import parse_result
from onshi.errors import OnshiError
from onshi.seams import Step, TerminalOutcome

NAMES = ("req", "res", "face")


def opened(root: Path, **how: object) -> tuple[FolderDoor, Stage]:
    stage, door = Stage(**{"real": True, **how}), FolderDoor(root, settle=0.15)  # type: ignore[arg-type]
    door.start()
    door.attach(stage.backstage)
    return door, stage


def refused(root: Path) -> str:
    with pytest.raises(OnshiError) as e:
        FolderDoor(root).start()
    text = str(e.value)
    assert str(root) in text
    assert "\n" not in text
    return text


def request(door: FolderDoor, stage: Stage, suffix: str = "1") -> Path:
    """Laid down whole, with a second name: taking it away makes no room."""
    part = door.root / f"{suffix}.tmp"
    part.write_bytes(stage.request())
    os.link(part, door.root / f"{suffix}.kept")
    return part


def hand_in(door: FolderDoor, part: Path) -> Path:
    part.rename(door.root / "req" / f"OQSsiquc01req_{part.stem}.xml")
    return door.root / "res" / f"OQSsiquc01res_{part.stem}.xml"


def answered(path: Path) -> bool:
    eventually(path.exists)
    return parse_result(path.read_bytes()).xml_msg.message_header.segment_of_result == "1"


def failures(stage: Stage) -> list[tuple[str, str]]:
    return [(e["where"], e["reason"]) for k in ("folder", "face") for e in stage.journal.events(k)
            if e["event"] == "failed"]  # fmt: skip


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


# ------------------------------------------------------- a folder that is given
@pytest.mark.parametrize("part", NAMES)
def test_somebodys_exchange_folder_is_not_emptied(tmp_path: Path, part: str) -> None:
    theirs = tmp_path / part / "OQSsiquc01res_real.xml"
    theirs.parent.mkdir()
    theirs.write_text("a real patient")
    text = refused(tmp_path)
    assert f"files in {part} " in text
    assert "name an empty folder" in text
    assert names(tmp_path) == [part]
    theirs.unlink()
    opened(tmp_path)[0].close()


def test_a_folder_of_ours_is_emptied_though_its_process_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        (tmp_path / "res" / "left.xml").write_text("x")
        (tmp_path / ".onshi" / "0.part").write_text("x")
        process.kill()
        process.wait(10)
    door, stage = opened(tmp_path)
    assert [names(tmp_path / p) for p in (*NAMES, ".onshi")] == [[], [], [], ["lock"]]
    assert answered(hand_in(door, request(door, stage)))
    door.close()


def test_a_folder_in_use_is_refused_to_others(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        kept = tmp_path / "res" / "kept.xml"
        kept.write_text("x")
        assert "is in use by another desk: close that one" in refused(tmp_path)
        done = subprocess.run(
            [sys.executable, "-m", "onshi.cli", "exec", "--folder", str(tmp_path), "--", "true"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2
        assert "is in use by another desk" in done.stderr
        assert "Traceback" not in done.stderr
        assert kept.exists()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
    opened(tmp_path)[0].close()


def test_two_doors_of_one_process_do_not_share_a_folder(tmp_path: Path) -> None:
    door, _ = opened(tmp_path)
    assert "in use" in refused(tmp_path)
    door.close()
    opened(tmp_path)[0].close()


def test_a_folder_removed_between_two_desks_is_made_again(tmp_path: Path) -> None:
    root = tmp_path / "OQS"
    door, _ = opened(root)
    door.detach()
    root.rename(tmp_path / "away")
    stage = Stage()
    door.attach(stage.backstage)
    assert answered(hand_in(door, request(door, stage)))
    assert "in use" in refused(root)
    door.detach()
    root.rename(tmp_path / "gone")
    (root / "req").mkdir(parents=True)
    (root / "req" / "theirs.xml").write_text("x")
    with pytest.raises(OnshiError, match="not from here"):
        door.attach(stage.backstage)
    assert (root / "req" / "theirs.xml").exists()
    door.close()


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "name a folder" in refused(tmp_path / "file")
    assert "name a folder" in refused(tmp_path / "file" / "OQS")
    assert "correct the path" in refused(tmp_path / "missing" / "OQS")
    assert not (tmp_path / "missing").exists()
    (tmp_path / ".onshi").write_text("")
    assert "name a folder" in refused(tmp_path)
    assert names(tmp_path) == [".onshi", "file"]


@in_private_mounts
def test_disks_that_take_nothing(tmp_path: Path) -> None:
    disk = small_disk(tmp_path / "disk")
    filler = fill(disk)
    assert "is on a full disk" in (text := refused(disk))
    assert "make room there" in text
    filler.unlink()
    mount("-o", "remount,bind,ro", str(disk))
    assert "is read-only" in (text := refused(disk))
    assert "mount it writable" in text
    mount("-o", "remount,bind,rw", str(disk))
    opened(disk)[0].close()


@in_private_mounts
def test_results_on_another_disk_could_not_appear_at_once(tmp_path: Path) -> None:
    small_disk(tmp_path / "res")
    assert "its res is on another disk" in refused(tmp_path)


# ------------------------------------------------------------------ a full disk
@in_private_mounts
def test_a_result_waits_for_room(tmp_path: Path) -> None:
    door, stage = opened(small_disk(tmp_path / "disk"))
    part = request(door, stage)
    filler = fill(door.root)
    result = hand_in(door, part)
    eventually(lambda: "is on a full disk" in door.trouble)
    assert door.trouble.endswith("make room there")
    assert str(door.root) in door.trouble
    assert [names(door.root / p) for p in ("req", "res", ".onshi")] == [[], [], ["lock"]]
    filler.unlink()
    assert answered(result)
    eventually(lambda: door.trouble == "")
    assert failures(stage) == []
    door.close()


@in_private_mounts
def test_a_result_is_given_up_at_the_deadline_and_the_desk_goes_on(tmp_path: Path) -> None:
    door, stage = opened(small_disk(tmp_path / "disk"), scale=0.1, deadline=4.0)
    parts = [request(door, stage, suffix) for suffix in ("1", "2")]
    filler = fill(door.root)
    hand_in(door, parts[0])
    eventually(lambda: failures(stage))
    assert failures(stage) == [("res", "full")]
    assert names(door.root / "res") == []
    assert "is on a full disk" in door.trouble
    filler.unlink()
    eventually(lambda: door.trouble == "")
    assert answered(hand_in(door, parts[1]))
    assert names(door.root / "res") == ["OQSsiquc01res_2.xml"]
    door.close()


@in_private_mounts
def test_faults_that_write_in_place_leave_no_half_of_a_half(tmp_path: Path) -> None:
    door, stage = opened(small_disk(tmp_path / "disk"), scale=0.1, deadline=2.0)
    stage.inject("file.partial", seconds=0.5)
    part = request(door, stage)
    fill(door.root)
    hand_in(door, part)
    eventually(lambda: failures(stage))
    assert names(door.root / "res") == []
    door.close()


@in_private_mounts
def test_a_face_file_without_room_holds_up_nobody(tmp_path: Path) -> None:
    door, stage = opened(small_disk(tmp_path / "disk"))
    filler = fill(door.root)
    start = time.monotonic()
    outcome = TerminalOutcome(method="face", limit_consent=False, info_consent=True)
    FaceDoor(door).drop(outcome, stage.scene.patient)
    assert time.monotonic() - start < 3
    assert names(door.root / "face") == []
    filler.unlink()
    eventually(lambda: names(door.root / "face"))
    assert failures(stage) == []
    door.close()


@in_private_mounts
def test_a_desk_that_leaves_says_what_it_could_not_write(tmp_path: Path) -> None:
    door, stage = opened(small_disk(tmp_path / "disk"))
    part = request(door, stage)
    fill(door.root)
    hand_in(door, part)
    eventually(lambda: door.trouble)
    start = time.monotonic()
    door.detach()
    assert time.monotonic() - start < 1
    assert failures(stage) == [("res", "full")]
    with pytest.raises(OnshiError, match="is on a full disk"):
        door.attach(stage.backstage)
    door.close()


# ---------------------------------------------------------- a share that is away
@in_private_mounts
def test_a_share_goes_away_and_comes_back(tmp_path: Path) -> None:
    served, share = small_disk(tmp_path / "served"), tmp_path / "share"
    share.mkdir()
    mount("--bind", str(served), str(share))
    door, stage = opened(share)
    stage.inject("file.late", seconds=0.3)
    late = hand_in(door, request(door, stage, "1"))
    eventually(lambda: list(stage.journal.events("folder", "answer")))
    unmount(share)
    eventually(lambda: "is not there" in door.trouble)
    assert "mount the share again" in door.trouble
    eventually(lambda: door._session._not_written)  # type: ignore[union-attr]
    assert names(share) == []
    mount("--bind", str(served), str(share))
    assert answered(late)
    eventually(lambda: door.trouble == "")
    assert answered(hand_in(door, request(door, stage, "2")))
    assert failures(stage) == []
    door.detach()
    unmount(share)
    with pytest.raises(OnshiError, match="mount the share again"):
        door.attach(stage.backstage)
    assert names(share) == []
    mount("--bind", str(served), str(share))
    door.attach(stage.backstage)
    door.close()


@in_private_mounts
def test_a_share_that_turns_read_only(tmp_path: Path) -> None:
    share, read_only = tmp_path / "share", tmp_path / "read_only"
    for path in (share, read_only):
        path.mkdir()
    mount("--bind", str(share), str(read_only))
    mount("-o", "remount,bind,ro", str(read_only))
    door, stage = opened(share)
    stage.inject("file.late", seconds=0.3)
    late = hand_in(door, request(door, stage, "1"))
    eventually(lambda: list(stage.journal.events("folder", "answer")))
    mount("--bind", str(read_only), str(share))
    eventually(lambda: "is read-only" in door.trouble)
    assert names(share / "res") == []
    unmount(share)
    assert answered(late)
    eventually(lambda: door.trouble == "")
    door.close()


@in_private_mounts
def test_a_request_that_cannot_be_removed_is_answered_once_it_can(tmp_path: Path) -> None:
    door, stage = opened(tmp_path)
    locked = tmp_path / "locked"
    locked.mkdir()
    request(door, stage).rename(locked / "OQSsiquc01req_1.xml")
    mount("--bind", str(locked), str(locked))
    mount("-o", "remount,bind,ro", str(locked))
    mount("--bind", str(locked), str(tmp_path / "req"))
    eventually(lambda: "is read-only" in door.trouble)
    assert names(tmp_path / "res") == []
    mount("-o", "remount,bind,rw", str(tmp_path / "req"))
    assert answered(tmp_path / "res" / "OQSsiquc01res_1.xml")
    eventually(lambda: door.trouble == "")
    assert len(list(stage.journal.events("folder", "request"))) == 1
    door.close()


def test_a_folder_moved_away_and_back(tmp_path: Path) -> None:
    root, away = tmp_path / "OQS", tmp_path / "elsewhere"
    door, stage = opened(root)
    part = request(door, stage)
    root.rename(away)
    eventually(lambda: "is not there" in door.trouble)
    away.rename(root)
    eventually(lambda: door.trouble == "")
    assert answered(hand_in(door, part))
    door.close()


def test_a_reader_that_takes_a_file_early_is_no_trouble(tmp_path: Path) -> None:
    """A step on a file that its reader has moved away already: journalled, not tried again."""
    door, stage = opened(tmp_path)
    session = door.session
    lane = session.lane()
    took = session._do("res", Step(op="rename", name="a.xml", to="b.xml"), lane, 60.0,
                       threading.Event())  # fmt: skip
    assert took == 0
    assert failures(stage) == [("res", "taken")]
    assert door.trouble == ""
    door.close()


@in_private_mounts
def test_a_silent_share_holds_up_only_its_own(tmp_path: Path) -> None:
    """A look that does not return, as on a dead NFS server; the other desk's disk is well."""
    dead, looks = threading.Event(), folder_requests._files

    def files(folder: str) -> object:
        if "/silent/" in folder:
            dead.wait(30)
        return looks(folder)

    silent, _ = opened(tmp_path / "silent")
    other, stage = opened(small_disk(tmp_path / "other"))
    folder_requests._files = files  # type: ignore[assignment]
    watcher._END = 0.3
    eventually(lambda: "has not answered for 2 seconds" in silent.trouble)
    assert answered(hand_in(other, request(other, stage)))
    assert other.trouble == ""
    start = time.monotonic()
    silent.close()
    other.close()
    assert time.monotonic() - start < 2
    dead.set()


# -------------------------------------------------------------------- watching
def test_many_folders_have_one_thread(tmp_path: Path) -> None:
    before = watchers()
    desks = [opened(tmp_path / str(n)) for n in range(5)]
    assert watchers() == max(before, 1)
    results = [hand_in(door, request(door, stage)) for door, stage in desks]
    assert all(answered(path) for path in results)
    for door, _ in desks:
        door.close()
    eventually(lambda: watchers() == before)


def test_a_look_that_fails_ends_only_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    door, stage = opened(tmp_path / "1")
    looks: list[int] = []

    def wrong() -> None:
        looks.append(1)
        raise ValueError("not an OSError")

    watch = Watch(tmp_path.stat().st_dev, wrong)
    eventually(lambda: looks)
    assert answered(hand_in(door, request(door, stage)))
    assert looks == [1]
    assert "looking failed" in caplog.text
    watch.end()
    door.close()


def watchers() -> int:
    return sum(t.name == "onshi-folders" for t in threading.enumerate())


HOLDER = """
import sys
from pathlib import Path
import onshi
from onshi.endpoints import Endpoints
with onshi.Desk(doors=("folder",), endpoints=Endpoints(folder=Path(sys.argv[1]))):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process with a desk on this folder, until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()

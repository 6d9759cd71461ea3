"""How result files come and go: other names, a moment, a lock, a full disk, an absent share."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from clinic.errors import DeviceTrouble, SystemTrouble
from filemeeting import (
    FAST,
    IMPATIENT,
    Counter,
    answers,
    eventually,
    is_message,
    names,
    run,
    unprivileged,
)

from onshi.errors import CannotDeliverError
from onshi.seams import Delivery, Step

DAY = date(2025, 10, 20)
TIMEOUT = "完全な結果が届きません"


# ------------------------------------------------------- temp_then_rename
def test_another_name_first(counter: Counter) -> None:
    counter.inject("file.temp_then_rename")
    path = counter.hand_in()
    draft = path.with_name(path.name + ".tmp")
    counter.saw(("CREATE", draft), ("MOVED_FROM", draft), ("MOVED_TO", path))
    assert counter.never_saw("CREATE", path)
    assert counter.never_saw("CLOSE_WRITE,CLOSE", path)
    assert run("xmllint", "--noout", str(path)).returncode == 0
    assert counter.is_theirs(counter.ask())


def test_who_acts_on_the_first_name_has_half_of_it(counter: Counter) -> None:
    counter.inject("file.temp_then_rename", seconds=10, suffix=".part")
    path = counter.hand_in()
    draft = path.with_name(path.name + ".part")
    content = eventually(lambda: draft.exists() and draft.read_bytes())
    assert is_message(content) is None
    assert run("xmllint", "--noout", str(draft)).returncode == 1
    eventually(path.exists)
    assert path.read_bytes().startswith(content)


# ------------------------------------------------------------ short_lived
def test_there_for_a_moment(counter: Counter) -> None:
    counter.inject("file.short_lived")
    path = counter.hand_in()
    counter.saw(("MOVED_TO", path), ("DELETE", path))
    assert counter.never_saw("CREATE", path)
    with pytest.raises(SystemTrouble, match=TIMEOUT):
        counter.ask(IMPATIENT)


def test_who_is_quick_enough_has_it(counter: Counter) -> None:
    counter.inject("file.short_lived", seconds=40)
    assert counter.is_theirs(counter.ask())
    counter.desk.let_late_files_arrive()
    assert counter.left() == []


# ------------------------------------------------------------------ locked
def test_held_by_its_writer(counter: Counter) -> None:
    """The advisory lock of this platform, as flock(1) and Python see it."""
    counter.inject("file.locked", seconds=20)
    path = counter.hand_in()
    eventually(path.exists)
    assert run("flock", "-n", str(path), "cat", str(path)).returncode == 1
    with path.open("rb") as f, pytest.raises(BlockingIOError):
        fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert answers(path), "it is whole all the while"
    waited = run("flock", "-w", "20", str(path), "cat", str(path))
    assert waited.returncode == 0
    assert is_message(waited.stdout.encode())
    assert counter.is_theirs(counter.ask())


def test_a_lock_ends_with_the_fault_and_with_the_desk(
    counter: Counter, open_desk: Callable[..., Counter]
) -> None:
    counter.inject("file.locked", seconds=80)
    path = counter.hand_in()
    eventually(path.exists)
    counter.desk.injections.lift_fault("file.locked")
    assert run("flock", "-n", str(path), "true").returncode == 0
    counter.inject("file.locked", seconds=80)
    other = counter.hand_in()
    eventually(other.exists)
    with other.open("rb") as f:
        counter.desk.close()
        fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --------------------------------------------------------------- read_only
def test_a_read_only_file(counter: Counter) -> None:
    counter.inject("file.read_only")
    path = counter.hand_in()
    eventually(path.exists)
    assert path.stat().st_mode & 0o777 == 0o444
    append = run(*unprivileged(), "sh", "-c", f"echo >> {path}")
    assert "Permission denied" in append.stderr
    assert run(*unprivileged(), "rm", "-f", str(path)).returncode == 0
    assert counter.is_theirs(counter.ask())
    assert counter.left() == []


REFERENCE = """
import json, sys
sys.path.append(sys.argv[1])
from datetime import date
from pathlib import Path
from clinic.config import Config, Limits
from clinic.folder import Exchange
config = Config(folder=Path(sys.argv[2]), limits=Limits(answer_file=5, poll=0.01))
ask = Exchange(config, lambda: int(sys.argv[3]), print).ask
print(ask(json.loads(sys.argv[4]), date(2025, 10, 20)).validity)
"""


def test_a_read_only_directory(counter: Counter) -> None:
    import json

    counter.inject("file.read_only", directory=True)
    assert counter.res.stat().st_mode & 0o777 == 0o555
    path = counter.hand_in()
    eventually(path.exists)
    for command in (("rm", "-f", str(path)), ("mv", str(path), str(path) + ".done")):
        refused = run(*unprivileged(), *command)
        assert refused.returncode == 1
        assert "Permission denied" in refused.stderr
    place = str(Path(__file__).parents[3] / "examples" / "reference")
    number = str(next(counter.company.numbers))
    asked = run(*unprivileged(), sys.executable, "-I", "-c", REFERENCE, place,
                str(counter.root), number, json.dumps(counter.query()))  # fmt: skip
    assert asked.stdout == "1\n", asked.stderr
    assert f"res/OQSsiquc01res_20251020{int(number):04d}.xml" in counter.left()
    counter.desk.injections.clear()
    assert counter.res.stat().st_mode & 0o222
    assert run(*unprivileged(), "rm", str(path)).returncode == 0


# ------------------------------------------------------------ left lying, never
def test_a_request_that_nobody_takes(counter: Counter) -> None:
    counter.inject("file.never", taken=False)
    with pytest.raises(SystemTrouble, match="受け取りません"):
        counter.ask(IMPATIENT)
    lying = counter.hand_in()
    request = counter.req / lying.name.replace("res_", "req_")
    eventually(lambda: len(list(counter.desk.journal.events("fault", "fault"))) == 2)
    assert request.exists()
    with pytest.raises(DeviceTrouble):
        counter.at_the_face_reader(IMPATIENT)
    counter.desk.injections.clear()
    assert eventually(lambda: answers(lying)), "the 連携アプリ runs again"
    assert not request.exists()


def test_only_the_second_is_not_taken(counter: Counter) -> None:
    counter.inject("file.never", {"nth": 2}, taken=False)
    assert counter.is_theirs(counter.ask())
    with pytest.raises(SystemTrouble, match="受け取りません"):
        counter.ask(IMPATIENT)
    assert counter.is_theirs(counter.ask())


def test_only_one_patients_request_is_not_taken(counter: Counter) -> None:
    counter.inject("file.never", {"match": f"patient:{counter.desk.patient.key}"}, taken=False)
    with pytest.raises(SystemTrouble, match="受け取りません"):
        counter.ask(IMPATIENT)
    counter.desk.next_patient()
    assert counter.is_theirs(counter.ask())


# --------------------------------------------------------------------- zip
def test_a_zip_file_for_the_xml(counter: Counter) -> None:
    counter.inject("file.zip")
    path = counter.hand_in()
    packed = path.with_suffix(".zip")
    counter.saw(("MOVED_TO", packed))
    listed = run("unzip", "-p", str(packed), path.name)
    assert is_message(listed.stdout.encode())
    with pytest.raises(SystemTrouble, match=TIMEOUT):
        counter.ask(IMPATIENT)


def test_a_zip_file_under_the_name_of_the_xml(counter: Counter) -> None:
    counter.inject("file.zip", named_xml=True)
    path = counter.hand_in()
    eventually(path.exists)
    assert run("xmllint", "--noout", str(path)).returncode == 1
    assert run("file", "-b", "--mime-type", str(path)).stdout == "application/zip\n"
    assert zipfile.ZipFile(path).namelist() == [path.name]
    with pytest.raises(SystemTrouble, match=TIMEOUT):
        counter.ask(IMPATIENT)
    with pytest.raises(DeviceTrouble):
        counter.at_the_face_reader(IMPATIENT)


def test_what_is_a_zip_file_already_stays(counter: Counter) -> None:
    counter.inject("file.zip")
    packed = Delivery(where="res", name="OQSmuquc02res_1.zip", content=b"PK\x03\x04...")
    assert counter.desk.board.deliver(packed) == packed.whole()


# --------------------------------------------------------------- disk_full
def test_a_result_that_ends_where_the_disk_did(counter: Counter) -> None:
    counter.inject("file.disk_full")
    path = counter.hand_in()
    eventually(lambda: path.exists() and path.stat().st_size)
    assert path.stat().st_size == 1024
    assert run("xmllint", "--noout", str(path)).returncode == 1
    with pytest.raises(SystemTrouble, match=TIMEOUT):
        counter.ask(IMPATIENT)
    with pytest.raises(DeviceTrouble):
        counter.at_the_face_reader(IMPATIENT)


def test_never_the_whole_of_it_however_much_is_free(counter: Counter) -> None:
    counter.inject("file.disk_full", free=100_000)
    for size in (0, 1, 511, 512, 513, 1024, 3000):
        small = Delivery(where="res", name="a.xml", content=bytes(size))
        (step,) = counter.desk.board.deliver(small)
        assert len(step.content) == max(0, size - 1) // 512 * 512


def test_an_empty_result_or_none(counter: Counter) -> None:
    counter.inject("file.disk_full", {"nth": 1}, leaves="empty")
    path = counter.hand_in()
    counter.saw(("CREATE", path))
    assert path.read_bytes() == b""
    counter.inject("file.disk_full", {"first": 1}, leaves="request")
    with pytest.raises(SystemTrouble, match="受け取りません"):
        counter.ask(IMPATIENT)
    assert counter.is_theirs(counter.ask())


# -------------------------------------------------------------- share_gone
def test_a_share_that_is_away(counter: Counter) -> None:
    res = counter.res.stat().st_ino
    counter.inject("file.share_gone", seconds=80)
    listed = run("ls", str(counter.res))
    assert listed.returncode == 2
    assert "No such file or directory" in listed.stderr
    with pytest.raises(SystemTrouble, match="書き込めません"):
        counter.ask(IMPATIENT)
    assert counter.company.endpoints.folder.trouble == "", "it is not the person's to repair"
    counter.desk.injections.clear()
    assert counter.res.stat().st_ino == res
    assert counter.is_theirs(counter.ask())
    assert counter.company.endpoints.folder.trouble == ""


def test_a_share_comes_back_by_itself(counter: Counter) -> None:
    counter.inject("file.share_gone", seconds=6)
    assert not counter.req.exists()
    eventually(lambda: all(p.is_dir() for p in (counter.req, counter.res, counter.face)))
    assert counter.is_theirs(counter.ask())
    assert counter.is_theirs(counter.at_the_face_reader())


def test_a_share_that_goes_when_a_request_was_taken(counter: Counter) -> None:
    counter.inject("file.share_gone", seconds=6, asked=True)
    path = counter.hand_in()
    eventually(lambda: not counter.req.exists())
    assert eventually(lambda: answers(path))
    eventually(counter.face.is_dir)
    assert counter.is_theirs(counter.ask())


def test_a_share_is_back_when_its_desk_closes(
    counter: Counter, open_desk: Callable[..., Counter]
) -> None:
    counter.inject("file.share_gone", seconds=80)
    counter.desk.close()
    assert counter.left() == []
    assert counter.is_theirs(open_desk().ask())


KILLED = """
import os, signal, sys
from pathlib import Path
import onshi
from onshi.endpoints import Endpoints
ends = Endpoints(folder=Path(sys.argv[1]))
desk = onshi.Desk(date="2025-10-20", doors=("folder",), endpoints=ends)
desk.inject("file.left_over")
desk.inject("file.read_only", directory=True)
desk.inject("file.share_gone", seconds=80)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_left_is_put_right(tmp_path: Path) -> None:
    root = tmp_path / "OQS"
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], timeout=30, check=False)
    assert done.returncode == -9
    assert names(root) == [".onshi"]
    from onshi.doors.folder_place import Place

    place = Place(root, given=True)
    place.claim()
    assert names(root) == [".onshi", "face", "req", "res"]
    assert len(names(root / "res")) == 5
    assert (root / "res").stat().st_mode & 0o222
    place.empty()
    assert names(root / "res") == []
    place.release()


# ------------------------------------------------------------------ aiming
@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("file.left_over", {}),
        ("file.crowd", {}),
        ("file.share_gone", {}),
        ("file.read_only", {"directory": True}),
    ],
)
def test_the_folder_itself_cannot_be_aimed_at_a_patient(
    counter: Counter, fault: str, settings: dict[str, bool]
) -> None:
    with pytest.raises(CannotDeliverError, match="leave match out"):
        counter.inject(fault, {"match": "patient:p0"}, **settings)
    assert counter.left() == []


@pytest.mark.parametrize(
    "step",
    [
        Step(op="write", name="../x", content=b""),
        Step(op="write", name="x", where="elsewhere"),
        Step(op="away", where=".."),
        Step(op="mode", where="", mode=0),
        Step(op="no_such_step", name="x"),
        Step(op="rename", name="a", to="../b"),
    ],
)
def test_no_step_leaves_the_folder(counter: Counter, step: Step) -> None:
    from onshi.errors import OnshiError

    session = counter.company.endpoints.folder.session
    (counter.res / "a").write_text("")
    with pytest.raises(OnshiError, match="a folder fault asked for"):
        session._steps.do(step, "" if step.op == "mode" else "res", _traces())


def _traces() -> object:
    from onshi.doors.folder_steps import Traces

    return Traces()


def test_a_result_taken_in_the_middle_is_not_begun_anew(counter: Counter) -> None:
    """Half a result is taken away: no file appears that has the other half alone."""
    counter.inject("file.partial", seconds=4)
    path = counter.hand_in()
    eventually(path.exists)
    path.unlink()
    eventually(lambda: counter.journalled("failed"))
    assert [e["reason"] for e in counter.journalled("failed")] == ["taken"]
    assert not path.exists()
    assert counter.is_theirs(counter.ask(FAST))

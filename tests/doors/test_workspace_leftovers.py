"""What a process keeps in temporary directories, and what becomes of it when it is killed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from private_mounts import in_private_mounts, mount

from onshi.errors import OnshiError
from onshi.workspace import Workspace

Start = Callable[..., tuple[subprocess.Popen[str], dict[str, str]]]

DESK = """
import json, sys
import onshi
desk = onshi.Desk(doors=("pcsc", "webapi", "folder", "face"))
desk.drop_face_file()
print(json.dumps(desk.env()), flush=True)
sys.stdin.read()
"""

SMALL = """
import json, sys
from onshi.workspace import workspace
path = workspace().folder("private")
(path / "secret").write_text("x")
print(json.dumps({"PATH": str(path)}), flush=True)
sys.stdin.read()
"""

FORK = """
import json, os, signal, sys
from onshi.endpoints import process_endpoints
from onshi.workspace import workspace

ours = process_endpoints()
mine = [workspace().path, ours.folder.root, ours.private, ours.pcsc.path]
told, tell = os.pipe()
child = os.fork()
if child == 0:
    ours.close()
    workspace().discard(mine[1])
    again = process_endpoints()
    theirs = [workspace().path, again.folder.root, again.private, again.pcsc.path]
    os.write(tell, json.dumps([str(p) for p in theirs]).encode())
    os.close(tell)
    sys.exit(0)
os.close(tell)
theirs = json.loads(os.read(told, 10000))
_, status = os.waitpid(child, 0)
print(json.dumps({"mine": [str(p) for p in mine], "theirs": theirs, "status": status}), flush=True)
living = os.fork()
if living == 0:
    print(os.getpid(), flush=True)
    signal.pause()
sys.stdin.read()
"""


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """XDG_RUNTIME_DIR, short as it is in reality."""
    path = Path(tempfile.mkdtemp(prefix="run-", dir="/tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start() -> Iterator[Start]:
    """Runs a program until it has said where its things are."""
    with ExitStack() as ending:

        def begin(code: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
            process = ending.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", code],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            ending.callback(process.kill)
            assert process.stdout is not None
            return process, json.loads(process.stdout.readline())

        yield begin


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)


def ended(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0


def places(env: dict[str, str]) -> list[Path]:
    return [Path(env[n]) for n in ("PCSCLITE_CSOCK_NAME", "ONSHI_FOLDER", "ONSHI_PATIENT")]


def test_the_next_desk_removes_what_a_killed_one_left(runtime: Path, start: Start) -> None:
    dead, left = start(DESK)
    assert [p.relative_to(runtime).parts[0] for p in places(left)] == [
        next(runtime.iterdir()).name
    ] * 3
    killed(dead)
    assert all(p.exists() for p in places(left))
    assert list(Path(left["ONSHI_FOLDER"], "face").iterdir())
    after, env = start(DESK)
    assert [p.name for p in runtime.iterdir()] == [places(env)[0].relative_to(runtime).parts[0]]
    ended(after)
    assert list(runtime.iterdir()) == []


def test_a_living_desk_is_left_alone(runtime: Path, start: Start) -> None:
    _, env = start(DESK)
    dead, left = start(DESK)
    killed(dead)
    ended(start(DESK)[0])
    assert not any(p.exists() for p in places(left))
    assert all(p.exists() for p in places(env))
    done = subprocess.run(
        ["opensc-tool", "--atr"], env={**os.environ, **env}, capture_output=True, timeout=30
    )
    assert done.returncode == 0, done.stderr


def test_many_at_once_neither_fail_nor_meet(runtime: Path) -> None:
    for _ in range(3):
        with ExitStack() as ending:
            crowd = [
                ending.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-c", SMALL],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                    )
                )
                for _ in range(6)
            ]  # fmt: skip
            told = [Path(json.loads(p.stdout.readline())["PATH"]) for p in crowd]  # type: ignore[union-attr]
            assert len(set(told)) == 6
            assert all((p / "secret").exists() for p in told)
            assert len(list(runtime.iterdir())) == 6
            for process in crowd:
                killed(process)
    Workspace(runtime).close()
    assert list(runtime.iterdir()) == []


def test_what_is_not_ours_is_left_alone(runtime: Path, start: Start) -> None:
    dead, left = start(SMALL)
    killed(dead)
    ours = Path(left["PATH"]).parent
    (runtime / "onshi-notes.txt").write_text("notes")
    (runtime / "onshi-examples").mkdir()
    (runtime / "onshi-examples" / "kept").write_text("no lock")
    (runtime / "elsewhere").mkdir()
    (runtime / "elsewhere" / "onshi.lock").write_text("")
    (runtime / "onshi-link").symlink_to(runtime / "elsewhere")
    (runtime / "onshi-trap").mkdir()
    (runtime / "onshi-trap" / "onshi.lock").symlink_to(runtime / "onshi-notes.txt")
    kept = sorted(p for p in runtime.rglob("*") if ours not in (p, *p.parents))
    Workspace(runtime).close()
    assert sorted(runtime.rglob("*")) == kept


def test_another_users_is_left_alone(
    runtime: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, left = start(SMALL)
    killed(dead)
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    Workspace(runtime).close()
    assert Path(left["PATH"], "secret").exists()
    monkeypatch.undo()
    Workspace(runtime).close()
    assert list(runtime.iterdir()) == []


def test_a_forked_child_has_a_place_of_its_own(runtime: Path, start: Start) -> None:
    parent, told = start(FORK)
    assert told["status"] == 0
    mine, theirs = (told[k] for k in ("mine", "theirs"))
    assert not set(mine) & set(theirs)
    assert all(Path(p).exists() for p in mine)
    assert not any(Path(p).exists() for p in theirs), "the child removes its own when it ends"
    assert parent.stdout is not None
    living = int(parent.stdout.readline())
    killed(parent)
    Workspace(runtime).close()
    os.kill(living, 9)
    assert list(runtime.iterdir()) == [], "a child that lives on does not hold its parent's"


def test_removal_that_was_broken_off_is_taken_up_again(runtime: Path, start: Start) -> None:
    dead, left = start(SMALL)
    killed(dead)
    shutil.rmtree(left["PATH"])
    assert [p.name for p in runtime.glob("*/*")] == ["onshi.lock"]
    Workspace(runtime).close()
    assert list(runtime.iterdir()) == []


def test_a_path_too_long_for_a_socket_is_not_used(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 60)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    process, env = start(DESK)
    assert env["PCSCLITE_CSOCK_NAME"].startswith("/tmp/onshi-")
    ended(process)
    assert list(long.iterdir()) == []


@in_private_mounts
def test_no_room_for_anything_temporary(tmp_path: Path) -> None:
    full = Path("/mnt")
    mount("-t", "tmpfs", "-o", "nr_inodes=2", "onshi", str(full))
    with pytest.raises(OnshiError, match=r"No space left on device.*XDG_RUNTIME_DIR") as e:
        Workspace(full)
    assert "\n" not in str(e.value)
    assert list(full.iterdir()) == []
    done = subprocess.run(
        [sys.executable, "-m", "onshi.cli", "exec", "--", "true"],
        env={**os.environ, "XDG_RUNTIME_DIR": str(full)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "make room" in done.stderr
    assert "Traceback" not in done.stderr

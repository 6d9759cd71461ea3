"""When a request counts as whole, with the system's notifications and without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eligstage import Stage, eventually

from onshi.doors import inotify
from onshi.doors.folder import FolderDoor
from onshi.doors.watcher import Heard
from onshi.eligibility.xml import parse_result


class Folder:
    """A door with a desk behind it."""

    def __init__(self, *, notified: bool, settle: float = 2.0) -> None:
        self.door = FolderDoor(notified=notified, settle=settle)
        self.door.start()
        self.stage = Stage()
        self.door.attach(self.stage.backstage)
        self.root = self.door.root
        self.request = self.stage.request()

    def req(self, suffix: str) -> Path:
        return self.root / "req" / f"OQSsiquc01req_{suffix}.xml"

    def answered(self, suffix: str) -> str | None:
        """Waits for the result, and gives its SegmentOfResult."""
        path = self.root / "res" / f"OQSsiquc01res_{suffix}.xml"
        eventually(path.exists)
        return parse_result(path.read_bytes()).xml_msg.message_header.segment_of_result

    def looked(self) -> None:
        """Others are taken, twice: so the folder was looked at several times."""
        for n in range(2):
            name = f"other{n}.{threading.get_ident()}.{os.urandom(3).hex()}"
            self.req(name).write_bytes(self.request)
            assert self.answered(name) == "1"


def kept(**how: Any) -> Iterator[Folder]:
    made = Folder(**how)
    yield made
    made.door.close()


@pytest.fixture
def folder() -> Iterator[Folder]:
    yield from kept(notified=True)


@pytest.fixture
def impatient() -> Iterator[Folder]:
    yield from kept(notified=True, settle=0.01)


@pytest.fixture
def polled() -> Iterator[Folder]:
    yield from kept(notified=False)


@pytest.fixture(params=[True, False], ids=["notified", "polled"])
def either(request: pytest.FixtureRequest) -> Iterator[Folder]:
    yield from kept(notified=request.param)


def beside(folder: Folder) -> Path:
    """The request as a file outside of ``req``."""
    path = folder.root / "made"
    path.write_bytes(folder.request)
    return path


def by_link(folder: Folder) -> None:
    made = beside(folder)
    os.link(made, folder.req("1"))
    made.unlink()


def by_a_nameless_file(folder: Folder) -> None:
    """As glibc's and systemd's writers do it: complete before it has a name."""
    fd = os.open(folder.root / "req", os.O_TMPFILE | os.O_WRONLY, 0o600)
    os.write(fd, folder.request)
    own = os.open("/proc/self/fd", os.O_RDONLY)
    os.link(str(fd), folder.req("1"), src_dir_fd=own, follow_symlinks=True)
    os.close(own)
    os.close(fd)


def by_two_names(folder: Folder) -> None:
    """First under a name that is none of a request, in the same folder."""
    part = folder.root / "req" / "OQSsiquc01req_1.tmp"
    part.write_bytes(folder.request)
    part.rename(folder.req("1"))


def by_program(*command: str) -> Callable[[Folder], None]:
    def put(folder: Folder) -> None:
        subprocess.run([*command, beside(folder), folder.req("1")], check=True)

    return put


def by_copy2(folder: Folder) -> None:
    """Python closes the copy and sets its mode and date then, by its name."""
    shutil.copy2(beside(folder), folder.req("1"))


def by_dd(folder: Folder) -> None:
    paths = [f"if={beside(folder)}", f"of={folder.req('1')}"]
    subprocess.run(["dd", "bs=16", "status=none", *paths], check=True)


def by_appending(folder: Folder) -> None:
    """A batch file that opens and closes the request for each line."""
    script = 'while IFS= read -r line; do printf "%s\\n" "$line" >>"$2"; done <"$1"'
    source = folder.root / "made"
    source.write_bytes(folder.request.replace(b"><", b">\n<") + b"\n")
    subprocess.run(["sh", "-c", script, "sh", source, folder.req("1")], check=True)


@pytest.mark.parametrize(
    "put",
    [
        by_link, by_a_nameless_file, by_two_names, by_dd, by_appending,
        by_program("cp"), by_program("mv"), by_program("ln"), by_program("install", "-m", "600"),
        by_copy2,
    ],
    ids=["link", "nameless", "two names", "dd", ">>", "cp", "mv", "ln", "install", "copy2"],
)  # fmt: skip
def test_every_way_to_put_a_request_there(either: Folder, put: Callable[[Folder], None]) -> None:
    put(either)
    assert either.answered("1") == "1"
    eventually(lambda: not either.req("1").exists())


def test_what_its_writer_has_open_is_not_taken(folder: Folder) -> None:
    """Half of it, then all of it and flushed: only its writer knows that there is no more."""
    half = len(folder.request) // 2
    with folder.req("open").open("wb", buffering=0) as f:
        folder.looked()
        f.write(folder.request[:half])
        folder.looked()
        assert folder.req("open").exists()
        f.write(folder.request[half:])
        folder.looked()
        assert folder.req("open").read_bytes() == folder.request
    assert folder.answered("open") == "1"
    assert list(folder.stage.journal.events("folder", "request"))[-1].get("malformed") is None


def test_a_request_that_is_half_written_for_long_is_not_malformed(impatient: Folder) -> None:
    """It has its writer, however long ``settle`` is over."""
    folder = impatient
    with folder.req("1").open("wb", buffering=0) as f:
        folder.looked()
        f.write(folder.request[:100])
        folder.looked()
        f.write(folder.request[100:])
    assert folder.answered("1") == "1"


def test_half_a_request_is_not_taken_without_notifications_either(polled: Folder) -> None:
    folder = polled
    with folder.req("1").open("wb", buffering=0) as f:
        for at in range(0, len(folder.request), 200):
            f.write(folder.request[at : at + 200])
            f.flush()
            if at == 400:
                folder.looked()
    assert folder.answered("1") == "1"


def test_a_folder_that_was_made_anew_is_heard_again(folder: Folder) -> None:
    (folder.root / "req").rename(folder.root / "gone")
    eventually(lambda: folder.door.trouble)
    (folder.root / "req").mkdir()
    eventually(lambda: not folder.door.trouble)
    test_what_its_writer_has_open_is_not_taken(folder)


def test_lost_notifications_are_made_up_for(folder: Folder) -> None:
    """After an overflow nothing is known, not even what was open: looking goes on."""
    with folder.req("1").open("wb", buffering=0) as f:
        f.write(folder.request)
        folder.looked()
        folder.door.session.heard.forget()
        assert folder.answered("1") == "1"


def test_nothing_is_left_open_by_desks_that_left() -> None:
    def opened() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def desk() -> None:
        one = Folder(notified=True)
        one.looked()
        one.door.close()

    desk()
    eventually(lambda: all(t.name != "onshi-folders" for t in threading.enumerate()))
    before = opened()
    for _ in range(5):
        desk()
    eventually(lambda: opened() <= before)


LIMITED = """
import sys
sys.path[:0] = sys.argv[1:]
from test_folder_notifications import Folder
folder = Folder(notified=True)
folder.looked()
assert folder.door.trouble == ""
folder.door.close()
"""


@pytest.mark.parametrize("limit", ["max_inotify_instances", "max_inotify_watches"])
def test_without_room_for_notifications_it_is_polled(limit: str) -> None:
    """Both limits count per user, here per user of a namespace."""
    script = f'echo 0 >/proc/sys/user/{limit} && exec "$@"'
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(Path(__file__).parent)]
    done = subprocess.run(
        ["unshare", "-Ur", "sh", "-c", script, "sh", *command],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
sys.path[:0] = sys.argv[1:]
from test_folder_notifications import Folder
parent = Folder(notified=True)
parent.looked()
if (child := os.fork()) == 0:
    own = Folder(notified=True)
    own.looked()
    own.door.close()
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
parent.looked()
parent.door.close()
"""


def test_a_forked_child_has_its_own() -> None:
    command = [sys.executable, "-c", FORKED, str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("news", "whole", "written"),
    [
        ([inotify.CREATE], False, False),
        ([inotify.CREATE, inotify.MODIFY], False, True),
        ([inotify.CREATE, inotify.MODIFY, inotify.CLOSE_WRITE], True, False),
        ([inotify.CLOSE_WRITE, inotify.MODIFY], False, True),
        ([inotify.MODIFY, inotify.MOVED_FROM], False, False),
        ([inotify.MOVED_TO], True, False),
        ([inotify.MOVED_TO, inotify.DELETE, inotify.CREATE], False, False),
    ],
)
def test_what_notifications_tell(news: list[int], whole: bool, written: bool) -> None:
    heard = Heard()
    for one in news:
        heard.told(one, "a")
    if news[-1] == inotify.CLOSE_WRITE:
        assert heard.being_written("a", 1), "for a moment it is still its writer's"
        eventually(lambda: not heard.being_written("a", 1))
    assert heard.whole("a") == whole
    assert heard.being_written("a", 1) == written
    assert heard.being_written("a", 0) == (written or news[-1] == inotify.CREATE)
    assert not heard.whole("b")

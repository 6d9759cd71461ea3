"""What clients that watch ``res`` see of a result: inotifywait, Node's fs.watch, one that polls.

A result appears by a rename into ``res``, so whoever looks or is told finds the whole of it. Some
programs act on other news than that of a rename; what they miss is seen here, too.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from eligstage import eventually
from folder_clients import opened, put, taken

from onshi.doors.folder import FolderDoor
from onshi.eligibility.messages import Document
from onshi.eligibility.xml import NotAMessageError, parse
from onshi.schedule import Schedule

EVENTS = ("create", "moved_to", "modify", "close_write")
INOTIFYWAIT = ["inotifywait", "-m", "-q", "--format", "%e %f"]
INOTIFYWAIT += [word for event in EVENTS for word in ("-e", event)]
NODE = """
const fs = require('fs')
fs.watch(process.argv[1], (event, name) => console.log(event, name))
console.log('ready', '')
"""


class Watcher:
    """A program that says what it sees, a line for each piece of news: kind and name."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.lines: list[str] = []
        self._thread = Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def saw(self, name: str) -> list[str]:
        return [kind for kind, _, of in (x.partition(" ") for x in self.lines) if of == name]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def watching(res: Path) -> Iterator[tuple[Watcher, Watcher]]:
    """inotifywait and Node on one folder, both ready."""
    told = Watcher([*INOTIFYWAIT, str(res)]), Watcher(["node", "-e", NODE, str(res)])
    probe = res / "probe"
    try:

        def both_ready() -> bool:
            probe.touch()
            probe.unlink()
            return all("probe" in "".join(w.lines) for w in told)

        eventually(both_ready)
        yield told
    finally:
        for watcher in told:
            watcher.close()


def polled(door: FolderDoor, suffix: str) -> bytes:
    """As a client that looks again and again reads a result: at once when it sees it."""
    path = door.root / "res" / f"OQSsiquc01res_{suffix}.xml"
    eventually(path.exists)
    return path.read_bytes()


def test_what_programs_see_of_results() -> None:
    with opened(real=True) as (door, stage), watching(door.root / "res") as (inotify, node):
        # a result as it always comes: there at once, and whole
        suffix = put(door, "OQSsiquc01req", stage.request())
        assert parse(polled(door, suffix), Document)
        name = f"OQSsiquc01res_{suffix}.xml"
        eventually(lambda: inotify.saw(name) and node.saw(name))
        assert inotify.saw(name) == ["MOVED_TO"]
        assert node.saw(name) == ["rename"], "a client that waits for 'change' misses it"

        # half of it first, the rest later: whoever acts on the first news reads a half
        stage.inject("file.partial", Schedule(nth=1), seconds=0.2)
        suffix = put(door, "OQSsiquc01req", stage.request())
        name = f"OQSsiquc01res_{suffix}.xml"
        eventually(lambda: node.saw(name))
        half = (door.root / "res" / name).read_bytes()
        eventually(lambda: inotify.saw(name).count("CLOSE_WRITE,CLOSE") == 2)
        whole = (door.root / "res" / name).read_bytes()
        assert parse(whole, Document)
        assert whole.startswith(half)
        assert inotify.saw(name)[0] == "CREATE"
        assert "MODIFY" in inotify.saw(name)
        assert inotify.saw(name)[-1] == "CLOSE_WRITE,CLOSE"
        eventually(lambda: node.saw(name).count("change") >= 2)
        assert node.saw(name)[0] == "rename"

        # created and closed with nothing in it
        stage.inject("file.empty", Schedule(nth=1))
        path = taken(door, "OQSsiquc01req", stage.request())
        eventually(lambda: "CLOSE_WRITE,CLOSE" in inotify.saw(path.name))
        assert path.read_bytes() == b""
        assert inotify.saw(path.name)[0] == "CREATE"


def test_a_client_that_polls_never_sees_a_part() -> None:
    with opened() as (door, stage):
        seen: list[bytes] = []
        for _ in range(30):
            seen.append(polled(door, put(door, "OQSsiquc01req", stage.request())))
        broken = []
        for content in seen:
            try:
                parse(content, Document)
            except NotAMessageError:
                broken.append(content)
        assert broken == []

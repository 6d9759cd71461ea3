"""Two hundred desks, opened and closed: threads, files, sockets and folders are where they were."""

from __future__ import annotations

import contextlib
import stat
import threading
from collections import Counter
from pathlib import Path

import pytest

from load_clients import until
from onshi import Desk
from onshi.workspace import workspace

FIRST, DESKS = 5, 200
ANYWHERE = [("pcsc",), ("vpcd",), ("responses",), ("folder", "face"), ("webapi",)]
HERE = [*ANYWHERE, ("pyscard",)]


def open_files() -> Counter[str]:
    """What this process has open: sockets, and files by their path."""
    found: Counter[str] = Counter()
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found["socket" if stat.S_ISSOCK(link.stat().st_mode) else str(link.readlink())] += 1
    return found


def temporary() -> set[str]:
    """Everything that lies in this process's workspace."""
    return {str(path) for path in workspace().path.rglob("*")}


def cycle(doors: tuple[str, ...], own: bool) -> None:
    with Desk(date="2025-10-20", doors=doors, in_process=False if own else None) as desk:
        desk.env()


@pytest.mark.parametrize(("own", "sets"), [(True, ANYWHERE), (False, HERE)], ids=["own", "kept"])
def test_two_hundred_desks_leave_nothing_behind(own: bool, sets: list[tuple[str, ...]]) -> None:
    """At addresses of their own, and at those that this process keeps."""
    for number in range(FIRST * len(sets)):
        cycle(sets[number % len(sets)], own)
    files, threads, folders = open_files(), threading.active_count(), temporary()
    for number in range(DESKS):
        cycle(sets[number % len(sets)], own)
    until(lambda: threading.active_count() <= threads)
    until(lambda: not open_files() - files)
    assert temporary() == folders

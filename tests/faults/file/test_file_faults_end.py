"""Every file fault ends: with the deadline, when it is taken back, when the desk closes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from filemeeting import SCALE, Counter, eventually

from onshi.faults import fault_names, find_fault

LONG = 80.0
FILE_FAULTS = [name for name in fault_names() if name.startswith("file.")]
FURTHER: list[tuple[str, dict[str, Any]]] = [
    ("file.crowd", {"count": 50}),
    ("file.disk_full", {"leaves": "empty"}),
    ("file.disk_full", {"leaves": "request"}),
    ("file.duplicate_name", {"style": "case"}),
    ("file.duplicate_name", {"style": "reused"}),
    ("file.never", {"taken": False}),
    ("file.partial", {"seconds": 0.0}),
    ("file.read_only", {"directory": True}),
    ("file.same_identifier", {"other_first": True}),
    ("file.share_gone", {"asked": True}),
    ("file.zip", {"named_xml": True}),
]
CASES = [(name, {}) for name in FILE_FAULTS if name != "file.crowd"] + FURTHER
IDS = [" ".join([name, *(f"{k}={v}" for k, v in how.items())]) for name, how in CASES]


def waits(name: str) -> dict[str, float]:
    """The fault as long as it can be, if it takes time."""
    return {"seconds": LONG} if "seconds" in find_fault(name).__struct_fields__ else {}


def meet(counter: Counter) -> None:
    """A request, if there is a folder for it, and a face at the reader."""
    if counter.req.exists():
        counter.hand_in()
        eventually(lambda: began(counter))
    counter.desk.drop_face_file()


def began(counter: Counter) -> bool:
    """Whether the request was met by the fault, or not even taken."""
    return any(counter.desk.journal.events("fault", "fault")) and (
        bool(counter.journalled("answer")) or any(counter.req.iterdir())
    )


@pytest.mark.parametrize(("name", "how"), CASES, ids=IDS)
def test_taken_back_in_the_middle_and_the_next_patient(
    counter: Counter, name: str, how: dict[str, Any]
) -> None:
    counter.inject(name, **{**waits(name), **how})
    meet(counter)
    counter.desk.injections.clear()
    counter.desk.let_late_files_arrive()
    counter.idle()
    eventually(lambda: not counter.junk())
    counter.desk.next_patient()
    assert counter.is_theirs(counter.ask())
    assert counter.is_theirs(counter.at_the_face_reader())


@pytest.mark.parametrize(("name", "how"), CASES, ids=IDS)
def test_the_desk_closes_in_the_middle(counter: Counter, name: str, how: dict[str, Any]) -> None:
    counter.inject(name, **{**waits(name), **how})
    meet(counter)
    start = time.monotonic()
    counter.desk.close()
    assert time.monotonic() - start < 1
    left = counter.junk()
    assert [n for n in left if not n.startswith("req/")] == []
    assert not any((counter.root / ".onshi").glob("*.mode"))


@pytest.mark.parametrize("name", [n for n in FILE_FAULTS if waits(n)])
def test_never_past_the_deadline(open_desk: Callable[..., Counter], name: str) -> None:
    counter = open_desk(deadline=2.0)
    counter.inject(name, seconds=LONG)
    start = time.monotonic()
    meet(counter)
    eventually(counter.req.is_dir)
    counter.idle()
    assert time.monotonic() - start < LONG * SCALE / 2

"""Every truncation of a full answer, as `file.partial` has it: the reference clinic takes none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.folder import Steady
from filemeeting import IMPATIENT, Counter, eventually, names

from onshi.faults import make_fault
from onshi.scene import Site
from onshi.seams import Delivery

KINDS = [(where, encoding) for where in ("res", "face") for encoding in ("utf-8", "cp932")]
each_kind = pytest.mark.parametrize(("where", "encoding"), KINDS)
Full = Callable[[str, str], Path]


@pytest.fixture
def full(open_desk: Callable[..., Counter]) -> Full:
    """A result with all that an answer can say of somebody, as a program finds it."""

    def appear(where: str, encoding: str) -> Path:
        counter = open_desk(site=Site(encoding=encoding))
        counter.desk.next_patient("elderly")
        counter.desk.inject("scene.limit_stale")
        if where == "face":
            counter.desk.drop_face_file(limit_consent=True)
        else:
            counter.hand_in()
        folder = counter.root / where
        return folder / eventually(lambda: names(folder))[0]

    return appear


def accepted(content: bytes, lengths: Iterable[int], path: Path) -> list[int]:
    """The truncations that the clinic takes for a whole file, whatever they hold."""
    taken = []
    for length in lengths:
        fault: Any = make_fault("file.partial", {"after_bytes": length, "seconds": 0})
        delivery = Delivery(where="res", name=path.name, content=content)
        steps = fault.deliver(delivery, None, SimpleNamespace(deadline=90.0))
        assert [step.content for step in steps] == [content[:length]]
        path.write_bytes(steps[0].content)
        steady = Steady()
        steady.read(path)
        if steady.read(path) is not None:
            taken.append(length)
    return taken


@each_kind
def test_every_nineteenth_truncation(where: str, encoding: str, full: Full, tmp_path: Path) -> None:
    content = full(where, encoding).read_bytes()
    assert len(content) > 1500
    path = tmp_path / "result.xml"
    assert accepted(content, range(0, len(content), 19), path) == []
    assert accepted(content, range(len(content) - 12, len(content)), path) == []
    assert accepted(content, [len(content)], path) == [len(content)], "the whole one is taken"


@pytest.mark.soak
@each_kind
def test_every_truncation(where: str, encoding: str, full: Full, tmp_path: Path) -> None:
    content = full(where, encoding).read_bytes()
    assert accepted(content, range(len(content)), tmp_path / "result.xml") == []


@pytest.mark.parametrize("length", [0, 1, 700, 1400])
def test_the_clinic_goes_without_a_truncated_result(length: int, counter: Counter) -> None:
    counter.inject("file.partial", after_bytes=length, seconds=0)
    with pytest.raises(SystemTrouble):
        counter.ask(IMPATIENT)
    with pytest.raises(DeviceTrouble):
        counter.at_the_face_reader(IMPATIENT)
    sizes = [
        path.stat().st_size for part in ("res", "face") for path in (counter.root / part).iterdir()
    ]
    assert sizes == [length, length]

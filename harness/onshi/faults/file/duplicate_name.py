"""Two files for one name."""

from __future__ import annotations

from typing import Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import about_somebody_else, beside
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.duplicate_name",
    Seam.FOLDER,
    title="同じ名前の結果ファイルが二つある",
    doors=frozenset({"folder", "face"}),
)
class DuplicateName(Fault, frozen=True, kw_only=True):
    """``style``: what lies there ``seconds`` before the result itself.

    ``copy``: the same as ``name (1).xml``. ``case``: the same with the name in the other letter
    case, which on Windows is the same file. ``reused``: under the very name an older result about
    somebody else, with its own identifier.
    """

    style: Literal["copy", "case", "reused"] = "copy"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        name, content = delivery.name, delivery.content
        if self.style == "copy":
            first = Step(op="write", name=beside(name, " (1)"), content=content)
        elif self.style == "case":
            first = Step(op="write", name=name.swapcase(), content=content)
        else:
            other = about_somebody_else(delivery, run, f"{run.rng.getrandbits(32):08X}")
            first = Step(op="write", name=name, content=other)
        return [first, Step(op="write", name=name, content=content, wait=self.seconds)]

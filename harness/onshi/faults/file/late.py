"""The result appears late."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.late",
    Seam.FOLDER,
    title="結果ファイルが遅れて出てくる",
    doors=frozenset({"folder", "face"}),
)
class Late(Fault, frozen=True, kw_only=True):
    """``seconds`` late, at most the desk's deadline; other results are not held up."""

    seconds: float = 60.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        steps = folder.deliver(delivery)
        if not steps:
            return steps
        wait = min(steps[0].wait + self.seconds, run.deadline)
        return [msgspec.structs.replace(steps[0], wait=wait), *steps[1:]]

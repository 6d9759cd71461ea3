"""The result is there for a moment only: another program takes it."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.short_lived",
    Seam.FOLDER,
    title="結果ファイルが現れてすぐに消える",
    doors=frozenset({"folder", "face"}),
)
class ShortLived(Fault, frozen=True, kw_only=True):
    """It appears whole and is gone ``seconds`` later, or already moved away by its reader."""

    seconds: float = 0.1

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        steps = folder.deliver(delivery)
        return [*steps, Step(op="remove", name=delivery.name, wait=self.seconds)]

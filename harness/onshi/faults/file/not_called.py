"""Somebody before has only passed the card: their result lies there, and nobody calls them."""

from __future__ import annotations

from datetime import timedelta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.results import face_file, other_person
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.not_called",
    Seam.FOLDER,
    title="受付していない人の結果ファイルが先にある",
    doors=frozenset({"folder", "face"}),
)
class NotCalled(Fault, frozen=True, kw_only=True):
    """Another patient's face file, ``minutes`` older, appears just before the first one."""

    minutes: float = 5.0

    def __post_init__(self) -> None:
        if self.minutes < 0:
            raise ValueError(f"minutes cannot be negative: {self.minutes}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        steps = folder.deliver(delivery)
        if delivery.where != "face" or "laid" in run.state:
            return steps
        other = run.state["laid"] = other_person(run)
        name, content = face_file(run, other, run.clock.now() - timedelta(minutes=self.minutes))
        run.lane.event("not_called", patient=other.patient.key)
        return [Step(op="write", name=name, content=content), *steps]

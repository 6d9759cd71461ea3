"""The result grows in place: whoever reads it at once reads half of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.partial",
    Seam.FOLDER,
    title="書き込み途中の結果ファイルが見える",
    doors=frozenset({"folder", "face"}),
)
class HalfWritten(Fault, frozen=True, kw_only=True):
    """The first ``part`` of the bytes at once, the rest ``seconds`` later; 0: never.

    ``after_bytes`` gives an exact number of bytes instead, so that every truncation can be had.
    """

    part: float = 0.5
    after_bytes: Annotated[int, Meta(ge=0)] | None = None
    seconds: float = 2.0

    def __post_init__(self) -> None:
        if not 0 <= self.part < 1:
            raise ValueError(f"part is a share from 0 to below 1, not {self.part}")
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        cut = self.after_bytes
        if cut is None:
            cut = int(len(delivery.content) * self.part)
        first = Step(op="create", name=delivery.name, content=delivery.content[:cut])
        if not self.seconds:
            return [first]
        rest = delivery.content[cut:]
        wait = min(self.seconds, run.deadline)
        return [first, Step(op="append", name=delivery.name, content=rest, wait=wait)]

"""The disk on which results are written is full."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step

_BLOCK = 512


@fault(
    "file.disk_full",
    Seam.FOLDER,
    title="ディスクの空きがなく、結果ファイルを書ききれない",
    doors=frozenset({"folder", "face"}),
)
class DiskFull(Fault, frozen=True, kw_only=True):
    """What a client sees of it; its own disk has room.

    ``leaves``: ``part``, the result ends where the disk did, after whole blocks of 512 bytes and at
    most ``free`` bytes; ``empty``, it has 0 bytes; ``request``, the request is not even taken, and
    nothing comes.
    """

    leaves: Literal["part", "empty", "request"] = "part"
    free: Annotated[int, Meta(ge=0)] = 1024

    leave = True

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        taken = self.leaves != "request"
        return None if "face" in names or ("res" in names) == taken else False

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        if self.leaves == "request":
            return []
        room = 0 if self.leaves == "empty" else min(self.free, len(delivery.content) - 1)
        fits = room // _BLOCK * _BLOCK
        return [Step(op="create", name=delivery.name, content=delivery.content[:fits])]

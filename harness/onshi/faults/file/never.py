"""The result never appears."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.never",
    Seam.FOLDER,
    title="結果ファイルが出てこない",
    doors=frozenset({"folder", "face"}),
)
class Never(Fault, frozen=True, kw_only=True):
    """The request is taken, and nothing comes: the line is down.

    Not ``taken``: the request stays lying there, as when the 連携アプリ has stopped.
    """

    taken: bool = True

    leave = True

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return None if "face" in names or ("res" in names) == self.taken else False

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return []

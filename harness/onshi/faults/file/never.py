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
    """The request is taken, and nothing comes: 連携アプリ stopped, line down."""

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return []

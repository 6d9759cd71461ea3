"""The result is a file of zero bytes."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.empty",
    Seam.FOLDER,
    title="結果ファイルが空（0バイト）",
    doors=frozenset({"folder", "face"}),
)
class EmptyFile(Fault, frozen=True, kw_only=True):
    """It stays empty."""

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return [Step(op="create", name=delivery.name)]

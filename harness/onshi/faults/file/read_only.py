"""The result can be read, and not be moved away."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import refuse_aim
from onshi.schedule import Schedule
from onshi.seams import Delivery, FolderSeam, Seam, Step


@fault(
    "file.read_only",
    Seam.FOLDER,
    title="結果ファイルが読み取り専用で、削除も移動もできない",
    doors=frozenset({"folder", "face"}),
)
class ReadOnly(Fault, frozen=True, kw_only=True):
    """The file is read-only: Windows refuses to delete it, and to open it for writing.

    Elsewhere the directory decides about deleting: with ``directory`` it is ``res`` and ``face``
    that are read-only, from the moment the fault is there, for everybody but root.
    """

    directory: bool = False

    def check(self, schedule: Schedule) -> None:
        if self.directory:
            refuse_aim(self.NAME, schedule)

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return None if ("open" in names) == self.directory else False

    def prepare(self, run: FaultRun) -> list[Step]:
        return [Step(op="mode", where=where, mode=0o555) for where in ("res", "face")]

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return [Step(op="write", name=delivery.name, content=delivery.content, mode=0o444)]

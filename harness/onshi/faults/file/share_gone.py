"""The share on which the folder lies is away for a while."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import refuse_aim
from onshi.schedule import Schedule
from onshi.seams import Delivery, FolderSeam, Seam, Step

_PARTS = ("req", "res", "face")


@fault(
    "file.share_gone",
    Seam.FOLDER,
    title="連携フォルダ（共有フォルダ）に一時的につながらない",
    doors=frozenset({"folder", "face"}),
)
class ShareGone(Fault, frozen=True, kw_only=True):
    """``req``, ``res`` and ``face`` are not there for ``seconds``, from the moment the fault is.

    ``asked``: only once a request was taken; its result comes when the share is back.
    """

    seconds: float = 10.0
    asked: bool = False

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError(f"seconds is more than 0, not {self.seconds}")

    def check(self, schedule: Schedule) -> None:
        if not self.asked:
            refuse_aim(self.NAME, schedule)

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return None if ("open" in names) != self.asked else False

    def prepare(self, run: FaultRun) -> list[Step]:
        away = [Step(op="away", where=part) for part in _PARTS]
        first, *others = (Step(op="back", where=part) for part in _PARTS)
        return [*away, Step(op="back", where=first.where, wait=self.seconds), *others]

    def deliver(self, delivery: Delivery, folder: FolderSeam, run: FaultRun) -> list[Step]:
        return [*self.prepare(run), *folder.deliver(delivery)]

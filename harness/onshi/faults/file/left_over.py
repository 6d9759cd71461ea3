"""Yesterday's results lie there still."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import earlier_results, refuse_aim
from onshi.schedule import Schedule
from onshi.seams import Seam, Step


@fault(
    "file.left_over",
    Seam.FOLDER,
    title="前日以前の結果ファイルが残っている",
    doors=frozenset({"folder", "face"}),
)
class LeftOver(Fault, frozen=True, kw_only=True):
    """``count`` in ``res`` and as many in ``face``, with names and times of ``days`` days up to
    yesterday, about other people. They lie there before the patient comes.
    """

    count: Annotated[int, Meta(ge=1, le=1000)] = 5
    days: Annotated[int, Meta(ge=1)] = 1

    def check(self, schedule: Schedule) -> None:
        refuse_aim(self.NAME, schedule)

    def prepare(self, run: FaultRun) -> list[Step]:
        return [
            Step(op="write", where=where, name=name, content=content, age=age)
            for where in ("res", "face")
            for name, content, age in earlier_results(run, where, self.count, self.days)
        ]

"""Thousands of results lie there that nobody has taken away."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.leftovers import earlier_results, refuse_aim
from onshi.schedule import Schedule
from onshi.seams import Seam, Step


@fault(
    "file.crowd",
    Seam.FOLDER,
    title="結果フォルダに数千の古いファイルが溜まっている",
    doors=frozenset({"folder", "face"}),
)
class Crowd(Fault, frozen=True, kw_only=True):
    """``count`` files in ``res``, of the last ``days`` days. Looking for one takes its time."""

    count: Annotated[int, Meta(ge=1, le=100_000)] = 5000
    days: Annotated[int, Meta(ge=1)] = 60

    def check(self, schedule: Schedule) -> None:
        refuse_aim(self.NAME, schedule)

    def prepare(self, run: FaultRun) -> list[Step]:
        return [
            Step(op="create", where="res", name=name, content=content, age=age)
            for name, content, age in earlier_results(run, "res", self.count, self.days)
        ]

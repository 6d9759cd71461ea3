"""Answers take as long as a distribution has it."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.percentiles import Table, check_table, within
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.latency",
    Seam.WIRE,
    title="応答時間がばらつく",
    doors=frozenset({"webapi", "responses"}),
)
class Latency(Fault, frozen=True, kw_only=True):
    """Each answer starts some simulated seconds later, at most the desk's deadline.

    ``distribution`` says how many, drawn anew for each from the fault's own seed:

    - ``fixed``: ``seconds``
    - ``lognormal``: half of them less than ``seconds``; ``sigma`` is how far they spread
    - ``table``: ``table`` gives the seconds within which so many percent are answered, straight
      lines between: ``[[0, 0.1], [50, 0.3], [95, 4.0], [100, 30.0]]``
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    seconds: Annotated[float, Meta(ge=0)] = 1.0
    distribution: Literal["fixed", "lognormal", "table"] = "fixed"
    sigma: Annotated[float, Meta(ge=0, le=5)] = 0.5
    table: Table = ()

    def __post_init__(self) -> None:
        if self.distribution == "lognormal" and self.seconds == 0:
            raise ValueError("half of all answers cannot take less than 0 seconds")
        if (self.distribution == "table") != bool(self.table):
            raise ValueError("distribution table needs a table, and no other has one")
        check_table(self.table)

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(delay=self._drawn(run))

    def _drawn(self, run: FaultRun) -> float:
        if self.distribution == "lognormal":
            return run.rng.lognormvariate(math.log(self.seconds), self.sigma)
        if self.distribution == "table":
            return within(self.table, run.rng.uniform(0, 100))
        return self.seconds

"""The card takes its time."""

from __future__ import annotations

import math
from random import Random
from typing import Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.percentiles import Table, check_table, within
from onshi.seams import CardLink, Seam


@fault("card.slow", Seam.CARD, title="カードの応答が遅い")
class Slow(Fault, frozen=True, kw_only=True):
    """Each answer comes some simulated seconds later, at most the desk's deadline.

    ``distribution`` says how many; it is drawn anew for each command, from the fault's own seed:

    - ``fixed``: ``seconds``
    - ``uniform``: between ``low`` and ``high``
    - ``lognormal``: half of them less than ``seconds``; ``sigma`` is how far they spread
    - ``table``: ``table`` gives the seconds within which so many percent are answered, straight
      lines between: ``[[0, 0.1], [50, 0.3], [99, 2.0], [100, 9.0]]``

    With ``match`` one instruction is slow; several such faults may be at work.
    """

    seconds: float = 3.0
    distribution: Literal["fixed", "uniform", "lognormal", "table"] = "fixed"
    low: float = 0.0
    high: float = 0.0
    sigma: float = 0.5
    table: Table = ()

    def __post_init__(self) -> None:
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"seconds must be more than 0, not {self.seconds}")
        if not 0 <= self.sigma <= 5:
            raise ValueError(f"sigma is 0 to 5, not {self.sigma}")
        if self.distribution == "uniform" and not 0 <= self.low < self.high < math.inf:
            raise ValueError(
                f"distribution uniform needs low and high, 0 <= low < high, not "
                f"{self.low} and {self.high}"
            )
        if self.distribution != "uniform" and (self.low or self.high):
            raise ValueError("low and high are for distribution uniform")
        if (self.distribution == "table") != bool(self.table):
            raise ValueError("distribution table needs a table, and no other has one")
        check_table(self.table)

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        run.wait(self._draw(run.rng))
        return link.transmit(apdu)

    def _draw(self, rng: Random) -> float:
        if self.distribution == "uniform":
            return rng.uniform(self.low, self.high)
        if self.distribution == "lognormal":
            return rng.lognormvariate(math.log(self.seconds), self.sigma)
        if self.distribution == "table":
            return within(self.table, rng.uniform(0, 100))
        return self.seconds

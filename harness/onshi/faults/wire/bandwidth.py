"""The line is slow."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage

_STEP = 0.004


@fault(
    "wire.bandwidth",
    Seam.WIRE,
    title="回線の速度が遅い",
    doors=frozenset({"webapi", "responses"}),
)
class Bandwidth(Fault, frozen=True, kw_only=True):
    """The answer, head and body, comes at ``rate`` bytes a second, in steps of 4 ms.

    At the desk's deadline the connection closes, whatever has come by then.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    rate: Annotated[float, Meta(gt=0)] = 1000.0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        piece = max(1, round(self.rate * _STEP))
        gap = piece / self.rate
        return WireAction(delay=gap, pace=(piece, gap))

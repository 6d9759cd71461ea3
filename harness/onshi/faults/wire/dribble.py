"""The answer comes drop by drop."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.dribble",
    Seam.WIRE,
    title="応答が少しずつしか届かない",
    doors=frozenset({"webapi", "responses"}),
)
class Dribble(Fault, frozen=True, kw_only=True):
    """``piece`` bytes of the answer, head and body, every ``gap`` simulated seconds.

    A read time-out longer than ``gap`` never ends it. At the desk's deadline the connection
    closes, whatever has come by then.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    piece: Annotated[int, Meta(ge=1)] = 1
    gap: Annotated[float, Meta(gt=0)] = 1.0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(pace=(self.piece, self.gap))

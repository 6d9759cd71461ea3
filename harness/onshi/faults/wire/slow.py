"""The answer comes, but late."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.slow",
    Seam.WIRE,
    title="応答が遅い",
    doors=frozenset({"webapi", "responses"}),
)
class SlowAnswer(Fault, frozen=True, kw_only=True):
    """The answer starts ``seconds`` later (simulated, at most the desk's deadline)."""

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    seconds: Annotated[float, Meta(ge=0)] = 45.0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(delay=self.seconds)

"""The connection is reset while the answer is on its way."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.reset",
    Seam.WIRE,
    title="応答の途中で接続がリセットされる",
    doors=frozenset({"webapi", "responses"}),
)
class ResetConnection(Fault, frozen=True, kw_only=True):
    """RST after ``after_bytes`` of the answer's body; 0: before anything of the answer.

    The service has done its work by then: only the client does not learn of it.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    after_bytes: Annotated[int, Meta(ge=0)] = 0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(cut_after=self.after_bytes, end="reset")

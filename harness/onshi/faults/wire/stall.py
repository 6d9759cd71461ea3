"""No answer comes, and the connection stays open."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.stall",
    Seam.WIRE,
    title="応答が返らないまま接続が続く",
    doors=frozenset({"webapi", "responses"}),
)
class Stall(Fault, frozen=True, kw_only=True):
    """Silence until the desk's deadline, after ``after_bytes`` of the answer's body (0: nothing).

    The service has been asked, as when an answer is lost on its way back.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    after_bytes: Annotated[int, Meta(ge=0)] = 0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(cut_after=self.after_bytes, end="stall")

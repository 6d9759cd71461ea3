"""What comes back is not HTTP."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.garbage",
    Seam.WIRE,
    title="応答がHTTPではない",
    doors=frozenset({"webapi", "responses"}),
)
class Garbage(Fault, frozen=True, kw_only=True):
    """``count`` random bytes, drawn from the seed, in place of the answer, and then FIN.

    The service has been asked.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    count: Annotated[int, Meta(ge=1, le=1_000_000)] = 512

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(raw=run.rng.randbytes(self.count))

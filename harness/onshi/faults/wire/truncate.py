"""The answer ends in the middle of its body."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.truncate",
    Seam.WIRE,
    title="応答の本文が途中で切れる",
    doors=frozenset({"webapi", "responses"}),
)
class CutAnswer(Fault, frozen=True, kw_only=True):
    """The head announces the whole length; after ``after_bytes`` of the body comes FIN.

    ``head`` counts from the first byte of the head instead. With ``announced = false`` no length
    is given and TLS says farewell, so that only the content can tell that something is missing.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    after_bytes: Annotated[int, Meta(ge=0)] = 100
    head: bool = False
    announced: bool = True

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(
            cut_after=self.after_bytes,
            cut_from="head" if self.head else "body",
            framing="" if self.announced else "until_close",
            end="close" if self.announced else "farewell",
        )

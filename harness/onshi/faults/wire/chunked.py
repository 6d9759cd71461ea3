"""The answer comes in chunks, as HTTP/1.1 allows."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.chunked",
    Seam.WIRE,
    title="応答が分割転送(chunked)で返る",
    doors=frozenset({"webapi", "responses"}),
)
class Chunked(Fault, frozen=True, kw_only=True):
    """The whole answer in chunks of 256 bytes, without a Content-Length: nothing is wrong.

    Programs that ask for a Content-Length, or split characters at a chunk's end, find out here.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(framing="chunked")

"""The chunks of an answer do not add up."""

from __future__ import annotations

from typing import ClassVar, Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.chunk_error",
    Seam.WIRE,
    title="分割転送(chunked)の応答が壊れている",
    doors=frozenset({"webapi", "responses"}),
)
class BrokenChunks(Fault, frozen=True, kw_only=True):
    """The answer comes in chunks (RFC 9112, section 7.1), and then FIN.

    ``size``: half of it, then a chunk whose size is no number. ``no_last``: all of it, without
    the chunk of size 0 that says so.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    kind: Literal["size", "no_last"] = "size"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(framing="chunk_error" if self.kind == "size" else "no_last_chunk")

"""The server cannot be talked to at all."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.refuse",
    Seam.WIRE,
    title="接続が直ちに切られる",
    doors=frozenset({"webapi", "responses"}),
)
class RefuseConnection(Fault, frozen=True, kw_only=True):
    """Every connection is reset as soon as the client has sent its first bytes.

    A port without a listener looks much the same; this one can be scheduled, and the address
    stays the desk's own.
    """

    STAGE: ClassVar[WireStage] = WireStage.ACCEPT

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="reset")

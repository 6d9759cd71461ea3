"""The connection is accepted, and nothing ever comes."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.silent",
    Seam.WIRE,
    title="接続はできるが何も返ってこない",
    doors=frozenset({"webapi", "responses"}),
)
class Silent(Fault, frozen=True, kw_only=True):
    """Accepted, then silence until the desk's deadline: not even TLS begins.

    A frozen server looks so: its kernel still accepts for it. The service is not asked.
    """

    STAGE: ClassVar[WireStage] = WireStage.ACCEPT

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="stall")

"""The server's name leads nowhere."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.hosts import hosts_meant, only_at_work
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.unresolvable",
    Seam.WIRE,
    title="接続先の名前が解決できない(DNS)",
    doors=frozenset({"webapi", "responses"}),
)
class Unresolvable(Fault, frozen=True, kw_only=True):
    """The name of the server cannot be resolved, as when DNS of the closed network is gone.

    The proxy says so for the production host names (503). A program that is told its addresses
    gets one with a name that can never be resolved (``.invalid``, RFC 6761), if the fault is at
    work when it starts; later it has the good one already. Whoever comes by a hosts entry or the
    shim for Node asks no DNS, and does not meet it.
    """

    STAGE: ClassVar[WireStage] = WireStage.ADDRESS

    def check(self, schedule: Schedule) -> None:
        only_at_work(self, schedule)

    def shuts(self, run: FaultRun) -> tuple[frozenset[str], str]:
        return hosts_meant(run.runtime.schedule), "unresolved"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="unresolved")

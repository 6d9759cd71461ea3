"""Nobody listens: the connection is refused."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.hosts import hosts_meant, only_at_work
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.closed_port",
    Seam.WIRE,
    title="接続が拒否される(待ち受けなし)",
    doors=frozenset({"webapi", "responses"}),
)
class ClosedPort(Fault, frozen=True, kw_only=True):
    """The port is closed, as when the server or a box in front of it is down.

    connect() fails at once with "connection refused"; connections that stood are gone. The port
    itself stays ours.
    """

    STAGE: ClassVar[WireStage] = WireStage.ADDRESS

    def check(self, schedule: Schedule) -> None:
        only_at_work(self, schedule)

    def shuts(self, run: FaultRun) -> tuple[frozenset[str], str]:
        return hosts_meant(run.runtime.schedule), "closed"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="closed")

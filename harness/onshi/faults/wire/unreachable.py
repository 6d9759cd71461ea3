"""The server cannot be reached: a VPN that is lost."""

from __future__ import annotations

import sys
from typing import ClassVar

from onshi.errors import CannotDeliverError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.hosts import hosts_meant, only_at_work
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.unreachable",
    Seam.WIRE,
    title="接続先に届かない(VPN断、接続タイムアウト)",
    doors=frozenset({"webapi", "responses"}),
)
class Unreachable(Fault, frozen=True, kw_only=True):
    """Nothing of what the program sends arrives: connect() runs into its time-out.

    Connections that stand fall silent, and end at the desk's deadline. How long connect() takes
    is up to the program, else to its system (Linux gives up after about two minutes). The port
    is made unreachable by a socket filter, so the WebAPI door can do this on Linux only.
    """

    STAGE: ClassVar[WireStage] = WireStage.ADDRESS
    INSTEAD: ClassVar[str] = "wire.stall_tls"

    def check(self, schedule: Schedule) -> None:
        only_at_work(self, schedule)

    def check_doors(self, schedule: Schedule, doors: frozenset[str]) -> None:
        if "responses" not in doors and sys.platform != "linux":
            raise CannotDeliverError(
                f"fault {self.NAME}: on this system a port cannot be made unreachable; use "
                "wire.stall_tls, which is silent once the connection stands"
            )

    def shuts(self, run: FaultRun) -> tuple[frozenset[str], str]:
        return hosts_meant(run.runtime.schedule), "silent"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="unreachable")

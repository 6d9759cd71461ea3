"""The connection is closed without an answer, or right after one."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.close",
    Seam.WIRE,
    title="応答せずに接続が閉じられる",
    doors=frozenset({"webapi", "responses"}),
)
class CloseConnection(Fault, frozen=True, kw_only=True):
    """FIN instead of an answer, without TLS's farewell, as when a box on the way gives up.

    ``answered=True`` lets the whole answer through and then closes a connection that the client
    was told it may keep.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    answered: bool = False

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(cut_after=None if self.answered else 0, end="close")

"""The TLS handshake never gets an answer."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.stall_tls",
    Seam.WIRE,
    title="TLSの接続が始まったまま進まない",
    doors=frozenset({"webapi", "responses"}),
)
class StallTls(Fault, frozen=True, kw_only=True):
    """Silence after the ClientHello, until the desk's deadline: a line that has gone dead."""

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(end="stall")

"""The server refuses the TLS handshake."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.refuse_tls",
    Seam.WIRE,
    title="TLSの接続が拒否される",
    doors=frozenset({"webapi", "responses"}),
)
class RefuseTls(Fault, frozen=True, kw_only=True):
    """The ClientHello is answered with the alert handshake_failure."""

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(alert=True)

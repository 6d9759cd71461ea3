"""The server's certificate has expired."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_expired",
    Seam.WIRE,
    title="サーバー証明書の有効期限が切れている",
    doors=frozenset({"webapi", "responses"}),
)
class ExpiredCertificate(Fault, frozen=True, kw_only=True):
    """The server shows a certificate that was valid in 2024 only, else as it should be.

    A client that looks ends the handshake; one that does not look sees nothing of it.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="expired")

"""The server's certificate comes from a CA that nobody trusts."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_unknown_ca",
    Seam.WIRE,
    title="サーバー証明書の認証局が信頼されていない",
    doors=frozenset({"webapi", "responses"}),
)
class CertificateOfAStranger(Fault, frozen=True, kw_only=True):
    """The server shows a certificate with the right names, signed by another CA.

    So it is where the terminal lacks the CA's certificate, or a box on the way breaks TLS open.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="unknown_ca")

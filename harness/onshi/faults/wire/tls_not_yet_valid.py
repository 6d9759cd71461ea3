"""The server's certificate is not yet valid."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_not_yet_valid",
    Seam.WIRE,
    title="サーバー証明書の有効期間がまだ始まっていない",
    doors=frozenset({"webapi", "responses"}),
)
class CertificateOfTheFuture(Fault, frozen=True, kw_only=True):
    """The server shows a certificate that is valid from 2049-01-01, else as it should be.

    So it looks to a terminal whose clock has fallen back years, as well.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="not_yet_valid")

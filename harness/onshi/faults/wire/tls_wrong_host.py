"""The server's certificate is for another name."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_wrong_host",
    Seam.WIRE,
    title="サーバー証明書が別のホスト名のもの",
    doors=frozenset({"webapi", "responses"}),
)
class CertificateOfAnother(Fault, frozen=True, kw_only=True):
    """The server shows a valid certificate for ``onshi-wrong-host.localhost`` only.

    It is wrong for localhost and for the production host names alike.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="wrong_host")

"""The server refuses the client's certificate."""

from __future__ import annotations

from typing import ClassVar, Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.hosts import only_at_login
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_client_refused",
    Seam.WIRE,
    title="クライアント証明書が拒否される",
    doors=frozenset({"webapi", "responses"}),
)
class ClientRefused(Fault, frozen=True, kw_only=True):
    """The login host ends the handshake with ``alert`` (RFC 8446, section 6.2).

    Not access_denied: OpenSSL never sends it, and under TLS 1.3 nobody else can in its place.
    With TLS 1.3 the client has finished its handshake by then and learns of it when it reads.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE
    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"auth"})
    alert: Literal[
        "certificate_unknown", "bad_certificate", "certificate_revoked", "unknown_ca"
    ] = "certificate_unknown"

    def check(self, schedule: Schedule) -> None:
        only_at_login(self, schedule)

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls=f"client_{self.alert}")

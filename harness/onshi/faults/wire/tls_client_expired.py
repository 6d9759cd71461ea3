"""The server takes the client's certificate for expired."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.hosts import only_at_login
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_client_expired",
    Seam.WIRE,
    title="クライアント証明書が期限切れとして拒否される",
    doors=frozenset({"webapi", "responses"}),
)
class ClientExpired(Fault, frozen=True, kw_only=True):
    """The login host ends the handshake with the alert certificate_expired.

    With TLS 1.3 the client has finished its handshake by then and learns of it when it reads.
    A certificate that really has expired is at ``ONSHI_WEBAPI_EXPIRED_CERT``.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE
    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"auth"})

    def check(self, schedule: Schedule) -> None:
        only_at_login(self, schedule)

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="client_expired")

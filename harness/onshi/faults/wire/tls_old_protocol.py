"""The server speaks nothing newer than TLS 1.1."""

from __future__ import annotations

import ssl
from typing import ClassVar

from onshi.errors import CannotDeliverError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.schedule import Schedule
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_old_protocol",
    Seam.WIRE,
    title="サーバーが古いTLS(1.1以前)しか話さない",
    doors=frozenset({"webapi", "responses"}),
)
class OldProtocol(Fault, frozen=True, kw_only=True):
    """Only TLS 1.0 and 1.1 are offered: who insists on 1.2 gets no further, others do.

    A client that offers 1.3 too gets the alert protocol_version; one that offers 1.2 only is
    answered in 1.1 and gives up by itself (RFC 8446, section 4.2.1 and appendix D).
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE

    def check_doors(self, schedule: Schedule, doors: frozenset[str]) -> None:
        if "webapi" in doors and not (ssl.HAS_TLSv1 and ssl.HAS_TLSv1_1):
            raise CannotDeliverError(
                f"fault {self.NAME}: this Python's OpenSSL was built without TLS 1.1, so no server "
                "here can offer it; use wire.refuse_tls"
            )

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(tls="old_protocol")

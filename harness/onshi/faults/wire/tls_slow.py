"""The TLS handshake dribbles."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.tls_slow",
    Seam.WIRE,
    title="TLSの接続確立が遅い",
    doors=frozenset({"webapi", "responses"}),
)
class SlowTls(Fault, frozen=True, kw_only=True):
    """The server's side of the handshake comes ``piece`` bytes at a time, ``seconds`` apart.

    The server sends 1.7 kB to 3 kB before there can be a request: half a minute by default. At
    the desk's deadline the connection is closed.
    """

    STAGE: ClassVar[WireStage] = WireStage.HANDSHAKE
    piece: Annotated[int, Meta(ge=1)] = 64
    seconds: Annotated[float, Meta(ge=0)] = 1.0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(pace=(self.piece, self.seconds))

"""The server asks to be left alone for a while."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.too_many_requests",
    Seam.WIRE,
    title="照会が多すぎるとして断られる",
    doors=frozenset({"webapi", "responses"}),
)
class TooManyRequests(Fault, frozen=True, kw_only=True):
    """HTTP 429 with Retry-After (RFC 6585, section 4); the service is not reached.

    ``retry_after`` is in real seconds, as the program reads it: no scale shortens it.
    """

    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    retry_after: Annotated[int, Meta(ge=0)] = 30

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(
            status=429,
            headers=(("Retry-After", str(self.retry_after)),),
            content_type="text/plain; charset=UTF-8",
            body="照会が混み合っています。\n".encode(),
        )

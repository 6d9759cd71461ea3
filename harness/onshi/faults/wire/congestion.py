"""Too many ask at once: who finds every line taken is refused."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage

_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>503</title></head>
<body><h1>ただいま大変混み合っています</h1>
<p>しばらくたってから、もう一度お試しください。</p></body></html>
"""


@fault(
    "wire.congestion",
    Seam.WIRE,
    title="混雑していて照会が断られる",
    doors=frozenset({"webapi", "responses"}),
)
class Congestion(Fault, frozen=True, kw_only=True):
    """503 with the probability that all ``lines`` are taken at a ``load`` of all clinics together.

    ``load`` is in Erlang: requests per second times seconds per request. The share that is
    refused follows Erlang's loss formula: 10 lines refuse 21 % at a load of 10, 54 % at 20. How
    many lines the real system has is not public; the numbers are for trying.
    """

    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    lines: Annotated[int, Meta(ge=1, le=10_000)] = 10
    load: Annotated[float, Meta(ge=0)] = 20.0

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        if run.rng.random() >= self.refused:
            return None
        return WireAction(status=503, body=_PAGE.encode(), headers=(("Retry-After", "5"),))

    @property
    def refused(self) -> float:
        """The share of requests that find every line taken (Erlang B)."""
        share = 1.0
        for line in range(1, self.lines + 1):
            share = self.load * share / (line + self.load * share)
        return share

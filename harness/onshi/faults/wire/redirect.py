"""The server sends the client elsewhere."""

from __future__ import annotations

from typing import ClassVar, Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.redirect",
    Seam.WIRE,
    title="別のアドレスへ転送される",
    doors=frozenset({"webapi", "responses"}),
)
class Redirect(Fault, frozen=True, kw_only=True):
    """``status`` with a Location, and no body; the service is not reached.

    ``to`` is a path or a whole URL, as of a portal that wants a login; empty: the same path
    again, for ever. 302 makes a GET of most programs' POST; 307 and 308 keep method and body.
    """

    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    status: Literal[301, 302, 303, 307, 308] = 302
    to: str = ""

    def __post_init__(self) -> None:
        if not (self.to.isascii() and self.to.isprintable()) or " " in self.to:
            raise ValueError(f"to is a path or a URL in ASCII, without spaces, not {self.to!r}")

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(status=self.status, headers=(("Location", self.to or event.path),))

"""An HTTP error comes from something in front of the service, as a page for people."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage

_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="UTF-8"><title>{status}</title></head>
<body><h1>ただいまサービスをご利用いただけません</h1>
<p>しばらくたってから、もう一度お試しください。({status})</p></body></html>
"""


@fault(
    "wire.status",
    Seam.WIRE,
    title="HTTPエラーの画面(HTML)が返る",
    doors=frozenset({"webapi", "responses"}),
)
class ErrorStatus(Fault, frozen=True, kw_only=True):
    """Answers ``status`` with ``body`` (empty: a page in Japanese); the service is not reached."""

    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    status: Annotated[int, Meta(ge=400, le=599)] = 503
    body: str = ""
    content_type: str = "text/html; charset=UTF-8"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        page = self.body or _PAGE.format(status=self.status)
        return WireAction(status=self.status, body=page.encode(), content_type=self.content_type)

"""A token is refused although it is valid."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.unauthorized",
    Seam.WIRE,
    title="ログイン済みなのに認証エラーになる",
    doors=frozenset({"webapi", "responses"}),
)
class Unauthorized(Fault, frozen=True, kw_only=True):
    """HTTP 401 to a search, in the words that an unknown token gets; the service is not reached.

    ``first = 1`` is a token that was lost: a program that logs in again is let in. Tokens that
    really grow old are ``scene.token_life``.
    """

    STAGE: ClassVar[WireStage] = WireStage.REQUEST
    OPERATIONS: ClassVar[frozenset[str] | None] = frozenset({"search"})

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(
            status=401,
            content_type="application/json;charset=UTF-8",
            body=b'{"status":"NG","msg":"the idToken is not valid: log in again","result":null}',
        )

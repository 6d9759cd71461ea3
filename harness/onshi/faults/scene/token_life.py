"""Tokens of the WebAPI grow old."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault(
    "scene.token_life",
    Seam.SCENE,
    title="ログインの有効期間が短い",
    doors=frozenset({"webapi", "responses"}),
)
class TokenLife(Fault, frozen=True, kw_only=True):
    """A login's idToken is good for ``seconds`` of simulated time; then a search gets HTTP 401.

    How long it is in reality no public source says; without this fault tokens do not expire.
    """

    seconds: Annotated[float, Meta(ge=0)] = 900.0

    def edit(self, scene: Scene, run: FaultRun) -> None:
        site, before = scene.site, scene.site.token_seconds
        site.token_seconds = self.seconds

        def put_back() -> None:
            site.token_seconds = before

        run.at_end(put_back)

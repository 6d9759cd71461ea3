"""The JSON of an answer is in another encoding, or written in another way."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from onshi.eligibility.miswriting import json_as
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.charset",
    Seam.WIRE,
    title="応答の文字コードが違う",
    doors=frozenset({"webapi", "responses"}),
)
class Charset(Fault, frozen=True, kw_only=True):
    """The body in ``form``; Content-Type says ``charset``, or names none when that is empty.

    ``as_is``: only the header is wrong · ``bom`` · ``utf-16`` · ``cp932`` · ``escaped``: ASCII
    with escapes, which is right JSON and the same tree · ``lone_surrogate``: an escape for half a
    character. ``match = "search"`` spares the login.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    form: Literal["as_is", "bom", "utf-16", "cp932", "escaped", "lone_surrogate"] = "cp932"
    charset: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]*$", max_length=40)] = "UTF-8"

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        said = f"application/json;charset={self.charset}" if self.charset else "application/json"
        return WireAction(
            rewrite=partial(json_as, form=self.form), headers=(("Content-Type", said),)
        )

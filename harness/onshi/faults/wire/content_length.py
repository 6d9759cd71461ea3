"""The announced length of the answer is wrong."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Seam, WireAction, WireEvent, WireStage


@fault(
    "wire.content_length",
    Seam.WIRE,
    title="応答の長さ(Content-Length)が実際と違う",
    doors=frozenset({"webapi", "responses"}),
)
class WrongLength(Fault, frozen=True, kw_only=True):
    """Content-Length is ``off`` bytes more than come, or fewer where it is negative.

    ``characters`` counts characters instead of bytes, as programs do that take a string's length.
    For bytes that never come the connection stays open until the desk's deadline, unless it
    ``closes`` at once. Bytes too many are sent, and the connection is kept.
    """

    STAGE: ClassVar[WireStage] = WireStage.ANSWER
    off: int = 100
    characters: bool = False
    closes: bool = False

    def __post_init__(self) -> None:
        if self.off == 0 and not self.characters:
            raise ValueError("off is 0, and that is the right length")

    def at(self, event: WireEvent, run: FaultRun) -> WireAction | None:
        return WireAction(length=self._announced, end="close" if self.closes else "")

    def _announced(self, body: bytes) -> int:
        if self.characters:
            return len(body.decode("utf-8", "replace"))
        return max(0, len(body) + self.off)

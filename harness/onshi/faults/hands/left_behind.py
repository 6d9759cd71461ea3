"""The patient goes and forgets the card on the reader."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Move, Moves, Seam


@fault("hands.left_behind", Seam.HANDS, title="カードがリーダーに置き忘れられる")
class LeftBehind(Fault, frozen=True, kw_only=True):
    """Programs see it until the next card is laid down: whoever comes next, it is not theirs."""

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"remove"})

    def move(self, move: Move, hands: Moves, run: FaultRun) -> None:
        return

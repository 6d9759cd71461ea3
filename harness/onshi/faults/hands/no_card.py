"""The card never reaches the reader."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Move, Moves, Seam


@fault("hands.no_card", Seam.HANDS, title="カードがリーダーに置かれない")
class NoCard(Fault, frozen=True, kw_only=True):
    """Held beside the reader, in the wrong slot, or still in the wallet: nothing is read."""

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"insert"})

    def move(self, move: Move, hands: Moves, run: FaultRun) -> None:
        return

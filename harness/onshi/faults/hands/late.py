"""The card comes only after a while."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import after_looks
from onshi.seams import Move, Moves, Seam


@fault("hands.late", Seam.HANDS, title="カードが置かれるまでに時間がかかる")
class Late(Fault, frozen=True, kw_only=True):
    """It is laid down when programs have looked ``looks`` times at the readers, and found none.

    A look is EstablishContext or a fetch of the readers' states. With ``seconds`` it comes by the
    clock instead. A program that waits for the card gets it at once where time is virtual, and
    with ``looks`` always. Taken back, or when the patient goes before, it does not come.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"insert"})

    looks: int = 4
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.looks < 1:
            raise ValueError(f"looks counts from 1, not {self.looks}")
        if not 0 <= self.seconds <= 86400:
            raise ValueError(f"seconds is 0 to 86400, not {self.seconds}")

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        """What was under way is no more when hands do something else."""
        run.state["turn"] = next(run.state.setdefault("turns", itertools.count()))
        return None

    def move(self, move: Move, hands: Moves, run: FaultRun) -> None:
        turn: Any = run.state["turn"]

        def come() -> None:
            if run.state["turn"] == turn and not run.over:
                run.state["turn"] = None
                run.lane.event("arrived", card="late")
                hands.make(move)

        by_clock = self.seconds > 0
        if by_clock:
            run.lane.passed(self.seconds)
            run.clock.later(self.seconds, come)
        if not by_clock or run.clock.virtual:
            after_looks(run, self.looks, come)

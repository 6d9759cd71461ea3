"""The face reader's result comes late."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.late",
    Seam.TERMINAL,
    title="顔認証の結果が遅れて届く",
    doors=frozenset({"folder", "face"}),
)
class Late(Fault, frozen=True, kw_only=True):
    """``seconds`` late, at most the desk's deadline."""

    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        outcome = terminal.present(patient, card)
        delay = min(outcome.delay + self.seconds, run.deadline)
        return msgspec.structs.replace(outcome, delay=delay)

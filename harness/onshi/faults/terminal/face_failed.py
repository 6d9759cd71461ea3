"""The face does not match, time and again."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.identifying import Way, otherwise
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.face_failed",
    Seam.TERMINAL,
    title="顔認証が一致しない",
    doors=frozenset({"folder", "face"}),
)
class FaceFailed(Fault, frozen=True, kw_only=True):
    """``attempts`` times NG, ``seconds`` each, ``then`` 暗証番号, 目視, or nothing (given up).

    A PIN that is locked, or that the card does not have, is nothing, too. ``screen`` is what the
    reader shows in the end if no file comes of it; the delay is at most the desk's deadline.
    """

    attempts: int = 3
    then: Way = "pin"
    seconds: float = 0.0
    screen: str = "顔認証できませんでした"

    def __post_init__(self) -> None:
        if not 1 <= self.attempts <= 100:
            raise ValueError(f"attempts is 1 to 100, not {self.attempts}")
        if not 0 <= self.seconds <= 3600:
            raise ValueError(f"seconds is 0 to 3600, not {self.seconds}")

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        outcome = terminal.present(patient, card)
        for attempt in range(1, self.attempts + 1):
            run.lane.event("face", result="NG", attempt=attempt)
        ended = otherwise(outcome, self.then, card, self.screen)
        delay = min(outcome.delay + self.attempts * self.seconds, run.deadline)
        return msgspec.structs.replace(ended, delay=delay)

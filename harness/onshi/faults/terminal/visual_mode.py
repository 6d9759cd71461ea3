"""The staff look at the patient and the card themselves (目視確認モード)."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.identifying import Way, otherwise
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.visual_mode",
    Seam.TERMINAL,
    title="目視確認モードで本人確認する",
    doors=frozenset({"folder", "face"}),
)
class VisualMode(Fault, frozen=True, kw_only=True):
    """Neither face nor 暗証番号: the staff confirm on the reader that it is the person.

    The file that appears is as any other: its format has no field for the method. With
    ``confirmed = false`` the staff do not, nothing appears, and ``screen`` is what is shown.
    """

    confirmed: bool = True
    screen: str = "目視確認で本人と確認されませんでした"

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        way: Way = "visual" if self.confirmed else "nothing"
        return otherwise(terminal.present(patient, card), way, card, self.screen)

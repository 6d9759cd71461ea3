"""The face reader ends without a result."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.no_file",
    Seam.TERMINAL,
    title="顔認証リーダーで本人確認できず、結果が出ない",
    doors=frozenset({"folder", "face"}),
)
class NoFile(Fault, frozen=True, kw_only=True):
    """``screen`` is what the reader shows; nothing is sent and no file appears."""

    screen: str = "顔認証できませんでした"

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        return TerminalOutcome(method=None, screen=self.screen)

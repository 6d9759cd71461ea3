"""The patient gives, or does not give, the consents on the screen."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.consent",
    Seam.TERMINAL,
    title="限度額や診療・薬剤情報の提供に同意しない（する）",
    doors=frozenset({"folder", "face"}),
)
class Consent(Fault, frozen=True, kw_only=True):
    """``limit`` 限度額, ``info`` 診療/薬剤/健診情報."""

    limit: bool = False
    info: bool = False

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        outcome = terminal.present(patient, card)
        return msgspec.structs.replace(outcome, limit_consent=self.limit, info_consent=self.info)

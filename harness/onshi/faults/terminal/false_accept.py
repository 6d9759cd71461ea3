"""The reader takes a patient for the sibling whose card is presented."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_sibling
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.false_accept",
    Seam.TERMINAL,
    title="兄弟姉妹のカードに本人の顔で認証が通る",
    doors=frozenset({"folder", "face"}),
)
class FalseAccept(Fault, frozen=True, kw_only=True):
    """The card is a sibling's, the face is the patient's, and the reader accepts it.

    The face file is the sibling's: the same family name and insured person, another given name,
    birthdate and 枝番. Where the scene has somebody else's card on the reader already
    (``scene.wrong_card``), it is that person's.
    """

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        holder = card.holder or self._sibling(run)
        outcome = terminal.present(holder, card)
        if outcome.method is None:
            return outcome
        return msgspec.structs.replace(outcome, patient=holder)

    def _sibling(self, run: FaultRun) -> Patient:
        """The same one every time; the system knows them from now on."""
        scene = run.scene
        known: Patient | None = run.state.get(scene.patient.key)
        if known is None:
            known, coverage = make_sibling(scene.patient, scene.truth, on=run.clock.today)
            run.state[scene.patient.key] = known
            scene.others.append(known)
            scene.coverages.append(coverage)
        return known

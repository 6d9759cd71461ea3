"""The reader cannot look at faces for the time being."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.identifying import Way, otherwise
from onshi.people.records import CardSpec, Patient
from onshi.seams import Seam, Terminal, TerminalOutcome


@fault(
    "terminal.face_unavailable",
    Seam.TERMINAL,
    title="顔認証機能が使えない",
    doors=frozenset({"folder", "face"}),
)
class FaceUnavailable(Fault, frozen=True, kw_only=True):
    """The camera, or the service behind it, is down: ``instead`` 暗証番号, 目視 or nothing.

    ``screen`` is what the reader shows if no file comes of it.
    """

    instead: Way = "pin"
    screen: str = "顔認証は現在ご利用になれません"

    def present(
        self, patient: Patient, card: CardSpec, terminal: Terminal, run: FaultRun
    ) -> TerminalOutcome:
        return otherwise(terminal.present(patient, card), self.instead, card, self.screen)

"""Characters of the name or address arrive as ●."""

from __future__ import annotations

from random import Random
from typing import Literal

from onshi.eligibility.blackdot import force
from onshi.eligibility.mapping import shown
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, named, respell
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.blackdot", Seam.INQUIRY, title="氏名や住所の一部が●で表示される")
class Blackdot(Fault, frozen=True, kw_only=True):
    """``dots`` characters of ``element`` are ●, always the same ones for the same person.

    ``of`` asks for a name of that many characters (spaces not counted); a name of another
    length is shortened or continued to it. 0 takes the patient's name as it is.
    """

    dots: int = 1
    of: int = 0
    element: Literal["Name", "Address"] = "Name"

    def __post_init__(self) -> None:
        if self.dots < 1:
            raise ValueError(f"dots counts from 1, not {self.dots}")
        if self.of and self.element != "Name":
            raise ValueError("of is for the element Name only")
        if self.of and self.dots > self.of:
            raise ValueError(f"{self.dots} dots do not fit into {self.of} characters")

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        salt = run.state.setdefault("salt", run.rng.random())
        return respell(answer, lambda record: self._dotted(record, salt))

    def _dotted(self, record: Record, salt: float) -> Spelt:
        rng = Random(f"{salt}/{record.patient.key}")
        text = force(shown(record, self.element), self.dots, rng, self.of)
        return named(record, text) if self.element == "Name" else {self.element: text}

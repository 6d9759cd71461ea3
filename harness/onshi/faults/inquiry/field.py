"""One element of the answer is missing, empty or says something else."""

from __future__ import annotations

import msgspec

from onshi.eligibility.messages import QualificationRecord, record_elements, set_element
from onshi.errors import suggest
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.field", Seam.INQUIRY, title="回答の項目が欠ける、または別の値になる")
class Field(Fault, frozen=True, kw_only=True):
    """``element`` by its name in the message; ``value``, or ``absent = true`` to leave it out.

    ``value = ""`` sends an empty element. Elements inside a block have their own names
    (``LimitApplicationCertificateClassificationFlag``); a block can only be left out.
    """

    element: str
    value: str = ""
    absent: bool = False

    def __post_init__(self) -> None:
        known = record_elements()
        if self.element not in known:
            near = suggest(self.element, known)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"a qualification has no element {self.element!r}{hint}")
        if self.absent and self.value:
            raise ValueError("give value or absent, not both")
        if any(ord(c) < 32 for c in self.value):
            raise ValueError("a value cannot hold control characters")
        set_element(QualificationRecord(), self.element, self._wanted)

    @property
    def _wanted(self) -> str | None:
        return None if self.absent else self.value

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        records = [
            msgspec.structs.replace(r, fields={**r.fields, self.element: self._wanted})
            for r in answer.records
        ]
        return msgspec.structs.replace(answer, records=records)

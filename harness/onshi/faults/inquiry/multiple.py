"""複数該当: several people fit, such as twins."""

from __future__ import annotations

import msgspec

from onshi.eligibility.codes import Validity
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_twin
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.multiple", Seam.INQUIRY, title="双子などで複数該当になる")
class Multiple(Fault, frozen=True, kw_only=True):
    """``candidates`` people in the list, the patient not first; 0 sends no list at all.

    Whether a real answer lists them is not documented (facts: oqs page, section 4).
    """

    candidates: int = 2

    def __post_init__(self) -> None:
        if self.candidates != 0 and not 2 <= self.candidates <= 20:
            raise ValueError(f"candidates is 0 or 2 to 20, not {self.candidates}")

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        records: list[Record] = []
        if self.candidates and answer.records:
            own = answer.records[0]
            for nth in range(1, self.candidates):
                patient, coverage = make_twin(
                    own.patient, own.coverage, on=run.clock.today, nth=nth
                )
                twin = msgspec.structs.replace(own, patient=patient, coverage=coverage, fields={})
                records.append(twin)
            records.insert(1, own)
        return msgspec.structs.replace(
            answer, validity=Validity.MULTIPLE, records=records, has_list=bool(records)
        )

"""The answer is about somebody else."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_person, make_sibling
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.other_person", Seam.INQUIRY, title="別人の資格情報が返る")
class OtherPerson(Fault, frozen=True, kw_only=True):
    """``who``: a stranger, or a member of the patient's family (other name, date, 枝番).

    The same other person every time; an answer without a record stays as it is.
    """

    who: Literal["stranger", "family"] = "stranger"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        return msgspec.structs.replace(
            answer, records=[self._other(r, run) for r in answer.records[:1]]
        )

    def _other(self, record: Record, run: FaultRun) -> Record:
        today = run.clock.today
        if self.who == "family":
            patient, coverage = make_sibling(record.patient, record.coverage, on=today)
        else:
            seed = run.state.setdefault("seed", run.rng.getrandbits(32))
            key = f"{record.patient.key}.other"
            patient, coverage = make_person(seed, key, on=today, insurers=run.site.insurers)
        return msgspec.structs.replace(record, patient=patient, coverage=coverage, fields={})

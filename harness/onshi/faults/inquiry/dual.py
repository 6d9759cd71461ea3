"""Two valid qualifications at once: 社保 and 国保."""

from __future__ import annotations

import msgspec

from onshi.eligibility.codes import Validity
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import Plan, make_qualification
from onshi.people.records import Coverage
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.dual", Seam.INQUIRY, title="社保と国保の両方が有効と返る")
class Dual(Fault, frozen=True, kw_only=True):
    """One of the other scheme and the patient's own, both valid: the first is not theirs."""

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        if not answer.records:
            return answer
        own = msgspec.structs.replace(answer.records[0], lost=None)
        seed = run.state.setdefault("seed", run.rng.getrandbits(32))
        plan: Plan = "shaho" if own.coverage.qualification.plan == "kokuho" else "kokuho"
        second = make_qualification(
            seed,
            own.patient.key,
            own.patient,
            plan,
            on=run.clock.today,
            insurers=run.site.insurers,
        )
        coverage = Coverage(patient=own.patient, qualification=second, holds_from=second.acquired)
        return msgspec.structs.replace(
            answer,
            validity=Validity.VALID,
            records=[msgspec.structs.replace(own, coverage=coverage, fields={}), own],
            has_list=True,
        )

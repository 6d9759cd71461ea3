"""The answer says something else about the validity."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.codes import Validity as Code
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam

_AID_OFFICE = ("12139994", "福祉事務所（試験用）")


@fault("inquiry.validity", Seam.INQUIRY, title="資格有効性が本来と異なる回答になる")
class Validity(Fault, frozen=True, kw_only=True):
    """``code`` is OQSCD006; the records take the shape that goes with it.

    2 and 3: the qualification was lost ``days`` ago · 4: no ResultList · 5: no ResultList
    (:mod:`onshi.faults.inquiry.multiple` sends candidates) · 6: 医療扶助 without 医療券. Whether
    2, 3 and 5 come with records is not documented (facts: oqs page, section 4).
    """

    code: Literal["1", "2", "3", "4", "5", "6"] = "2"
    days: int = 30

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        code = Code(self.code)
        records, has_list = answer.records, answer.has_list
        if code in (Code.INVALID, Code.INVALID_NEW):
            lost = run.clock.today - timedelta(days=self.days)
            records = [msgspec.structs.replace(r, lost=r.lost or lost) for r in records]
        elif code in (Code.NOT_FOUND, Code.MULTIPLE):
            records, has_list = [], False
        elif code is Code.VALID_UNREGISTERED:
            offices = run.site.insurers.get("seiho") or (_AID_OFFICE,)
            records = [_aid(r, offices[0]) for r in records]
        return msgspec.structs.replace(answer, validity=code, records=records, has_list=has_list)


def _aid(record: Record, office: tuple[str, str]) -> Record:
    """The same person under 医療扶助, from an office (公費負担者番号, name)."""
    qualification = msgspec.structs.replace(
        record.coverage.qualification,
        card_class="A1",
        insurer_number=office[0],
        insurer_name=office[1],
        symbol="",
        number=record.patient.mynumber[:7],
        branch="",
        elderly_ratio=None,
        late_ratio=None,
        valid_to=None,
        tickets=(),
        diseases=(),
    )
    coverage = msgspec.structs.replace(record.coverage, qualification=qualification)
    return msgspec.structs.replace(record, coverage=coverage, lost=None)

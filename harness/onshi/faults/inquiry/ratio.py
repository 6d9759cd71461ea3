"""The answer has another share than the true one."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.ratio", Seam.INQUIRY, title="負担割合が実際と異なる")
class Ratio(Fault, frozen=True, kw_only=True):
    """``percent`` replaces 一部負担割合 of 後期, for everybody else that of a 高齢受給者証."""

    percent: Literal[10, 20, 30] = 30

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        return msgspec.structs.replace(answer, records=[self._other(r) for r in answer.records])

    def _other(self, record: Record) -> Record:
        q = record.coverage.qualification
        which = "late_ratio" if q.late_ratio is not None else "elderly_ratio"
        qualification = msgspec.structs.replace(q, **{which: self.percent})
        coverage = msgspec.structs.replace(record.coverage, qualification=qualification)
        return msgspec.structs.replace(record, coverage=coverage)

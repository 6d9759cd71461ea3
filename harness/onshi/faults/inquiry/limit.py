"""The answer has another 限度額適用認定証 than the true one, or none."""

from __future__ import annotations

from datetime import date

import msgspec

from onshi.eligibility.codes import CODE_LISTS
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import Limit as Certificate
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.limit", Seam.INQUIRY, title="限度額の区分が実際と異なる、または返らない")
class Limit(Fault, frozen=True, kw_only=True):
    """``bracket`` (OQSCD012) and ``card`` (OQSCD011) are shown, consent or not.

    ``absent = true``: consent was given, and nothing comes.
    """

    bracket: str = "A01"
    card: str = "01"
    absent: bool = False

    def __post_init__(self) -> None:
        if self.bracket not in CODE_LISTS["OQSCD012"]:
            raise ValueError(f"bracket {self.bracket!r} is not in OQSCD012 (A01-A06, B01-B10)")

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        today = run.clock.today
        limit = None if self.absent else self._certificate(today)
        return msgspec.structs.replace(
            answer, records=[_with_limit(r, limit) for r in answer.records]
        )

    def _certificate(self, today: date) -> Certificate:
        start = date(today.year - (today < date(today.year, 8, 1)), 8, 1)
        end = date(start.year + 1, 7, 31)
        return Certificate(card=self.card, bracket=self.bracket, start=start, end=end)


def _with_limit(record: Record, limit: Certificate | None) -> Record:
    qualification = msgspec.structs.replace(record.coverage.qualification, limit=limit)
    coverage = msgspec.structs.replace(record.coverage, qualification=qualification)
    shown = record.limit_shown or limit is not None
    return msgspec.structs.replace(record, coverage=coverage, limit_shown=shown)

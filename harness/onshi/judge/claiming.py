"""A course as the rules about claims ask of it: each レセプト of the patient and what it rests on.

A **bill** is one レセプト of the patient, with the visits that it is for, and what was known of
the qualification by then (:mod:`onshi.judge.bases`).

What the patient says (``Visit.says``) is read by these keys, beside those of a basis:
``certificate`` (a valid one was issued), ``disaster`` (lost in a disaster), and of a
被保険者資格申立書 ``insurer_name``, ``employer``, ``addresses``, ``phone``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from onshi.claims.records import Receipt, Settled
from onshi.judge.bases import VALID, Basis, confirmed, kept_numbers, lost_records
from onshi.judge.case import Case
from onshi.judge.look import as_chart, handling, last_result, results, took_answer
from onshi.judge.receipts import carries, is_of
from onshi.judge.story import Chapter, Story
from onshi.visit import Chart

__all__ = ["Bill", "bills", "disaster", "no_bill", "outage", "own", "settled", "told"]


@dataclass(frozen=True)
class Bill:
    """One レセプト of the patient in the claim of chapter ``at``."""

    story: Story
    at: int
    receipt: Receipt

    @property
    def chapter(self) -> Chapter:
        """The claim that it was handed in with."""
        return self.story.chapters[self.at]

    @property
    def case(self) -> Case:
        """What was sent and seen when the claim was written."""
        return self.chapter.case

    def visits(self) -> list[tuple[int, Chapter]]:
        """The patient's visits that it is for: on its days, else in its month, else all of them."""
        seen = [(i, c) for i, c in _chapters(self) if c.purpose == "visit" and i < self.at]
        month = [(i, c) for i, c in seen if _month(c.case.date) == self.receipt.month]
        return [(i, c) for i, c in month if c.case.date in self.receipt.days] or month or seen

    def days(self) -> list[date]:
        """The days of these visits."""
        return [c.case.date for _, c in self.visits()]

    def since_then(self) -> list[tuple[int, Chapter]]:
        """The chapters from the first of these visits to the claim itself."""
        first = min((i for i, _ in self.visits()), default=self.at)
        return [(i, c) for i, c in _chapters(self) if first <= i <= self.at]

    def bases(self) -> list[Basis]:
        """Every confirmation up to the claim; sure only where it speaks of a visit's day."""
        found = [b for i, c in self.since_then() for b in confirmed(c.case, i)]
        return [b if self._speaks(b) else replace(b, sure=False) for b in found]

    def sure(self) -> list[Basis]:
        """The confirmations that leave no doubt."""
        return [b for b in self.bases() if b.sure]

    def _speaks(self, basis: Basis) -> bool:
        days = self.days()
        began = basis.since is None or any(basis.since <= day for day in days)
        return began and (basis.until is None or any(day <= basis.until for day in days))

    def late(self) -> list[Basis]:
        """Sure confirmations that something showed only after a visit in which nothing could be
        asked: an outage is over, or 障害時モード gave the qualification afterwards (H11)."""
        shown = [b for b in self.sure() if b.shown]
        out = [i for i in self.unresolved() if outage(self.story.chapters[i].case)]
        return [b for b in shown if b.at > out[0]] if out else []

    def unresolved(self) -> list[int]:
        """The visits in which nothing was confirmed for sure."""
        confirmed_at = {b.at for b in self.sure()}
        return [i for i, _ in self.visits() if i not in confirmed_at]

    def lost(self) -> list[Chart]:
        """The numbers of the qualifications that an answer showed as lost, as they were sent."""
        return [as_chart(r) for _, c in self.since_then() for r in lost_records(c.case)]

    def doubted(self, since: int) -> bool:
        """Whether an answer from that chapter on said that there is no such qualification."""
        return any(
            (answer := last_result(c.case)) is not None and answer.validity not in VALID
            for i, c in self.since_then()
            if i >= since
        )

    def past(self) -> list[Chart]:
        """The numbers that the clinic had in its chart."""
        return [n for _, c in self.since_then() if (n := kept_numbers(c.case)) is not None]

    def true(self) -> list[Chart]:
        """The numbers that were really the patient's at these visits."""
        found = []
        for _, chapter in self.since_then():
            for day in self.days():
                q = chapter.case.scene.truth_on(day).qualification
                found.append(
                    Chart(insurer_number=q.insurer_number, symbol=q.symbol, number=q.number)
                )
        return found

    def carries(self, numbers: Sequence[Chart | None]) -> bool:
        """Whether it has one of these numbers; an unknown number fits whatever is claimed."""
        return any(n is None or carries(self.receipt, n) for n in numbers)


def bills(story: Story) -> list[Bill]:
    """Every レセプト of the patient in every claim of the course, in order."""
    return [
        Bill(story, at, receipt)
        for at, chapter in enumerate(story.chapters)
        if chapter.purpose == "claim"
        for receipt in own(chapter)
    ]


def own(chapter: Chapter) -> list[Receipt]:
    """The レセプト of the patient among those of a claim; a product may hand in everybody's."""
    charts = (chapter.case.visit.chart, handling(chapter.case).chart_after)
    numbers = {c.chart_no for c in charts if c is not None and c.chart_no}
    alone = len(chapter.receipts) == 1
    patient = chapter.case.visit.patient
    return [r for r in chapter.receipts if is_of(r, patient, numbers, alone=alone)]


def no_bill(story: Story) -> str:
    """Why there is no レセプト of the patient, for a person."""
    claims = story.claims
    if not claims:
        return "この話に請求の場面がない"
    if problem := next((c.problem for c in claims if c.problem), ""):
        return f"請求ファイルが読めない（{problem}）"
    if any(handling(c.case).held for c in claims):
        return "請求は保留された（差し支えない）"
    if any(c.receipts for c in claims):
        return "請求ファイルに、この患者のレセプトがない"
    return "請求ファイルが渡されていない（アダプターに claim() がないか、請求がなかった）"


# ------------------------------------------------------------------------ situation
def outage(case: Case) -> bool:
    """Whether no result reached the product in this visit: device, line or system was out."""
    return not results(case) or not took_answer(case)


def disaster(story: Story) -> bool:
    """Whether the course plays in a disaster: it asks for H61, or the patient says so."""
    said = any(c.case.visit.says.get("disaster") for c in story.chapters)
    return said or "H61" in story.trouble.rules


def told(case: Case, word: str = "") -> bool | None:
    """Whether the operator was asked or warned of anything (with that word); None: not seen."""
    h = handling(case)
    put = [prompt for prompt, _, _ in case.visit.asked]
    if any(word in text for text in (*put, *(h.asked or ()), *(h.warned or ()))):
        return True
    return None if h.asked is None or h.warned is None else False


def settled(bill: Bill) -> tuple[Chapter, Settled] | None:
    """What became of a bill, with the chapter in which that came back; None: nothing yet."""
    for chapter in bill.story.chapters[bill.at + 1 :]:
        for one in chapter.settled:
            if one.receipt == bill.receipt:
                return chapter, one
    return None


def _chapters(bill: Bill) -> Iterator[tuple[int, Chapter]]:
    """The chapters of the bill's patient; in a course somebody else may come in between."""
    key = bill.case.visit.patient.key
    for i, chapter in enumerate(bill.story.chapters):
        if chapter.case.visit.patient.key == key:
            yield i, chapter


def _month(day: date) -> date:
    return day.replace(day=1)

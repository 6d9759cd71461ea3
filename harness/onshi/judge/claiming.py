"""A course as the rules about claims ask of it: which レセプト is the patient's, and on what basis.

A **bill** is one レセプト of the patient, with the visits that it is for. A **basis** is one way
in which the patient's qualification was confirmed up to then: how, in which chapter, with which
numbers. It is *sure* when the operator or a clean answer leaves no doubt that it was adopted;
what is only possible makes a claim acceptable and never makes one wrong.

What the patient says (``Visit.says``) is read by these keys: ``unchanged`` (the insurance is
still that of the last visit), ``insurer_number``, ``symbol`` and ``number`` (told by heart or by
telephone), ``certificate`` (a valid one was issued), ``disaster`` (lost in a disaster), and of a
被保険者資格申立書 ``insurer_name``, ``employer``, ``addresses``, ``phone``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from onshi.claims.records import Receipt, Settled
from onshi.judge.case import Case
from onshi.judge.compare import fold_kana
from onshi.judge.look import (
    after,
    as_chart,
    before,
    brought,
    clean,
    documents_chosen,
    faults_struck,
    handling,
    last_result,
    operator_answers,
    results,
    took_answer,
    unseen_questions,
)
from onshi.judge.receipts import carries, is_of, same_numbers
from onshi.judge.story import Chapter, Story
from onshi.seams import Answer, Record
from onshi.visit import RESPONSE_OF_DOCUMENT, Chart

__all__ = [
    "BASES",
    "Basis",
    "Bill",
    "How",
    "bills",
    "confirmed",
    "disaster",
    "no_bill",
    "outage",
    "own",
    "settled",
    "told",
]

How = Literal["online", "document", "portal", "heard", "past_visit"]
BASES: dict[str, str] = {
    "online": "オンラインの照会",
    "document": "書類",
    "portal": "マイナポータルの画面",
    "heard": "聞き取り",
    "past_visit": "過去の来院情報と口頭の確認",
}
"""How a qualification is confirmed, in words."""

_SHOWN = ("online", "document", "portal")
_VALID = frozenset({"1", "6"})
_LOST = frozenset({"2", "3"})
_NO_CERTIFICATE = frozenset({"被保険者資格申立書", "医療証"})
_KEPT = frozenset({"keep_chart", "past_visit"})
_AGREES = frozenset({None, "valid", "valid_unregistered"})


@dataclass(frozen=True)
class Basis:
    """``at``: the chapter, from 0. ``numbers`` None: which ones is not known.

    ``since`` and ``until`` (inclusive) bound what it says; None: it does not say.
    """

    how: How
    at: int
    day: date
    numbers: Chart | None
    sure: bool = True
    since: date | None = None
    until: date | None = None

    @property
    def shown(self) -> bool:
        """Whether something showed it: an answer, a document, a screen."""
        return self.how in _SHOWN

    def __str__(self) -> str:
        return f"{self.day} の{BASES[self.how]}"


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
        """The patient's visits that it is for: of its month, or all before it if none is."""
        seen = [(i, c) for i, c in _chapters(self) if c.purpose == "visit" and i < self.at]
        return [(i, c) for i, c in seen if _month(c.case.date) == self.receipt.month] or seen

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
            (answer := last_result(c.case)) is not None and answer.validity not in _VALID
            for i, c in self.since_then()
            if i >= since
        )

    def past(self) -> list[Chart]:
        """The numbers that the clinic had in its chart."""
        return [n for _, c in self.since_then() if (n := _kept(c.case)) is not None]

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


# ------------------------------------------------------------------- confirmations
def confirmed(case: Case, at: int) -> list[Basis]:
    """How the qualification was confirmed in one chapter."""
    found = [*_by_document(case, at), *_by_word(case, at)]
    return [*found, *_online(case, at, otherwise=any(b.sure for b in found))]


def _by_document(case: Case, at: int) -> Iterator[Basis]:
    """By the documents that the operator chose, or that the product says it went by."""
    kept = handling(case).evidence or () if case.visit.purpose == "visit" else ()
    recorded = [d for d in case.visit.papers if RESPONSE_OF_DOCUMENT.get(d) in kept]
    for document in dict.fromkeys((*documents_chosen(case), *recorded)):
        if document in _NO_CERTIFICATE:
            continue
        how: How = "portal" if document == "マイナポータル" else "document"
        truth = case.scene.truth
        yield Basis(
            how,
            at,
            case.date,
            case.visit.papers.get(document),
            sure=document in brought(case),
            since=truth.holds_from,
            until=truth.holds_to,
        )


def _by_word(case: Case, at: int) -> Iterator[Basis]:
    """What the operator took over from the last visit, and what the patient told."""
    answers, says = set(operator_answers(case)), case.visit.says
    kept = _kept(case)
    if kept is not None and answers & _KEPT:
        yield Basis(
            "past_visit",
            at,
            case.date,
            kept,
            sure="past_visit" in answers or bool(says.get("unchanged")),
        )
    told = Chart(
        insurer_number=_text(says.get("insurer_number")),
        symbol=_text(says.get("symbol")),
        number=_text(says.get("number")),
    )
    if told.insurer_number and told.number:
        taken = Chart(
            insurer_number=_text(after(case, "insurer_number")),
            symbol=_text(after(case, "symbol")),
            number=_text(after(case, "number")),
        )
        yield Basis("heard", at, case.date, told, sure=same_numbers(taken, told))


def _online(case: Case, at: int, *, otherwise: bool) -> Iterator[Basis]:
    """What a valid answer showed; ``otherwise``: the operator went by something else."""
    answer = last_result(case)
    if answer is None or answer.validity not in _VALID or not took_answer(case):
        return
    current = [r for r in answer.records if r.lost is None]
    for record in current:
        yield Basis(
            "online",
            at,
            case.date,
            as_chart(record),
            sure=not otherwise and len(current) == 1 and _adopted(case, answer, record),
            since=record.coverage.qualification.acquired,
        )


def _adopted(case: Case, answer: Answer, record: Record) -> bool:
    """Whether nothing speaks against this answer: it arrived, is the patient's, was not refused."""
    status, sent = handling(case).status, as_chart(record)
    return (
        _arrived(case, answer)
        and status in _AGREES
        and _is_patient(case, record)
        and (not _KEPT & set(operator_answers(case)) or same_numbers(_kept(case), sent))
        and not unseen_questions(case)
    )


def _arrived(case: Case, answer: Answer) -> bool:
    """Whether the answer reached the product whole: nothing struck it, or the product shows it."""
    unharmed = bool(case.events) and not faults_struck(case)
    shown = handling(case).status == "valid" or "use_online" in operator_answers(case)
    return shown or unharmed or clean(case, answer)


def _is_patient(case: Case, record: Record) -> bool:
    sent, patient = as_chart(record), case.visit.patient
    kana = sent.kana is None or fold_kana(sent.kana) == fold_kana(patient.kana)
    return kana and sent.birthdate in (None, patient.birthdate)


def _kept(case: Case) -> Chart | None:
    """The numbers of the chart before the visit; None where it had none."""
    insurer, number = before(case, "insurer_number"), before(case, "number")
    if not insurer or not number:
        return None
    return Chart(
        insurer_number=str(insurer), symbol=_text(before(case, "symbol")), number=str(number)
    )


def lost_records(case: Case) -> list[Record]:
    """What the last answer showed as lost, where the product can have taken it in."""
    answer = last_result(case)
    if answer is None or answer.validity not in _LOST or not took_answer(case):
        return []
    return list(answer.records)


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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

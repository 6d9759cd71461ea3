"""How a patient's qualification was confirmed in one chapter of a course, and with which numbers.

A basis is *sure* when the operator or a clean answer leaves no doubt that it was adopted; what is
only possible makes a claim acceptable and never makes one wrong.

What the patient says (``Visit.says``) is read by these keys: ``unchanged`` (the insurance is
still that of the last visit), ``insurer_number``, ``symbol`` and ``number`` (told by heart or by
telephone).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

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
    took_answer,
    unseen_questions,
)
from onshi.judge.receipts import same_numbers
from onshi.seams import Answer, Record
from onshi.visit import RESPONSE_OF_DOCUMENT, Chart

__all__ = ["BASES", "VALID", "Basis", "How", "confirmed", "kept_numbers", "lost_records"]

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
VALID = frozenset({"1", "6"})
"""資格有効性 (OQSCD006) of a qualification that holds."""

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
    kept = kept_numbers(case)
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
    if answer is None or answer.validity not in VALID or not took_answer(case):
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
        and (not _KEPT & set(operator_answers(case)) or same_numbers(kept_numbers(case), sent))
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


def kept_numbers(case: Case) -> Chart | None:
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


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None

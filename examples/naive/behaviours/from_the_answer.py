"""Mistakes with what an answer means, before anything of it is taken over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import clinic.reception
from clinic.acceptance import Acceptance
from clinic.answers import LOST
from clinic.case import Case
from clinic.chart import Page
from clinic.dialog import chosen_document, chosen_share
from clinic.fallback import Fallback
from clinic.messages import Record, Result
from clinic.reception import Reception

from behaviours.registry import mistake

erases_lost_insurance = mistake(
    "erases_lost_insurance",
    "H01",
    ja="無効の保険は、カルテから消しておく。",
    en="An insurance that is invalid is taken out of the chart.",
)


@erases_lost_insurance.instead_of(Reception, "_decide")
def _erased(usual: Callable[..., bool], desk: Reception, case: Case, result: Result) -> bool:
    again = usual(desk, case, result)
    if not again and case.status in LOST and case.page is not None:
        case.page = desk.charts.save(
            replace(case.page, insurer_number=None, symbol=None, number=None)
        )
    return again


not_found_is_lost = mistake(
    "not_found_is_lost",
    "H02",
    ja="情報がないのは、資格を失ったということだ。",
    en="Nothing found means that the qualification is lost.",
)


@not_found_is_lost.instead_of(Reception, "_settle")
def _as_lost(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    if case.status == "not_found":
        case.status = "invalid"


line_down_is_invalid = mistake(
    "line_down_is_invalid",
    "H10",
    ja="確認できなかった患者は、無効と同じに扱う。",
    en="A patient who could not be confirmed is treated as invalid.",
)


@line_down_is_invalid.instead_of(Reception, "_settle")
def _as_invalid(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    if case.status == "system_unreachable":
        case.status = "invalid"


ten_wari_when_invalid = mistake(
    "ten_wari_when_invalid",
    "H01",
    ja="無効で、割合を指定されていなければ10割をいただく。",
    en="Invalid, and nobody named a share: the patient pays everything.",
)


@ten_wari_when_invalid.instead_of(Fallback, "_share_without_answer")
def _all(
    usual: Callable[..., int | None], fallback: Fallback, case: Case, answer: str
) -> int | None:
    unsaid = chosen_document(answer) is None and chosen_share(answer) is None
    return 100 if case.status in LOST and unsaid else usual(fallback, case, answer)


def _taken(desk: Reception, case: Case, record: Record) -> None:
    """The numbers and the name of a record go into the chart, if there is one."""
    if case.page is not None:
        case.page = desk.charts.save(
            replace(
                case.page,
                name=record.name,
                kana=record.kana,
                insurer_number=record.insurer_number,
                symbol=record.symbol,
                number=record.number,
                branch=record.branch,
            )
        )


first_hit = mistake(
    "first_hit",
    "H32",
    ja="複数該当したら、先頭がいちばん確からしい。",
    en="Of several hits the first is the likeliest.",
)


@first_hit.instead_of(Reception, "_decide")
def _first(usual: Callable[..., bool], desk: Reception, case: Case, result: Result) -> bool:
    if result.validity != "5" or not result.records:
        return usual(desk, case, result)
    _taken(desk, case, result.records[0])
    return usual(desk, case, replace(result, validity="1", records=result.records[:1]))


first_of_two = mistake(
    "first_of_two",
    "H58",
    ja="有効な資格が二つ返ったら、書類を見るまでもなく、上のほうを使う。",
    en="Of two valid qualifications the upper one is used; no paper need be looked at.",
)


@first_of_two.instead_of(Reception, "_decide")
def _upper(usual: Callable[..., bool], desk: Reception, case: Case, result: Result) -> bool:
    if result.validity != "1" or len(result.records) < 2:
        return usual(desk, case, result)
    _taken(desk, case, result.records[0])
    case.arrival = replace(case.arrival, papers={})
    return usual(desk, case, replace(result, records=result.records[:1]))


name_is_enough = mistake(
    "name_is_enough",
    "H33",
    ja="同じ氏名のカルテがあれば、その患者だ。",
    en="A chart with the same name is the patient's.",
)


@name_is_enough.instead_of(Reception, "_found_by_form")
def _by_name(
    usual: Callable[..., Page | None], desk: Reception, arrival: Any, dialog: Any
) -> Page | None:
    found = desk.charts.named(arrival.form.name)
    return found[0] if found else usual(desk, arrival, dialog)


anybody_is_the_patient = mistake(
    "anybody_is_the_patient",
    "H31",
    ja="カードの人が目の前の人だから、回答のとおりに直す。",
    en="Whose card it is stands here: the chart is put right by the answer.",
)


@anybody_is_the_patient.instead_of(Acceptance, "accept")
def _anybody(
    usual: Callable[..., bool], acceptance: Acceptance, case: Case, record: Record, notice: str
) -> bool:
    if case.page is not None and clinic.acceptance.compare.person(case.page, record):
        case.page = acceptance.charts.save(
            replace(case.page, kana=record.kana, birthdate=record.birthdate, sex=record.sex)
        )
    return usual(acceptance, case, record, notice)

"""Mistakes with what of a valid answer goes into the chart, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import clinic.acceptance
from clinic import compare
from clinic.acceptance import Acceptance
from clinic.case import Case
from clinic.fold import KUROMARU
from clinic.messages import Record
from clinic.reception import Reception

from behaviours.registry import mistake

Accept = Callable[..., None]

takes_kuromaru = mistake(
    "takes_kuromaru",
    "H29",
    ja="氏名は、システムから返ったものが正しい。",
    en="The name that the system returns is the right one.",
)


@takes_kuromaru.instead_of(Acceptance, "_accept_name")
def _dotted(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    if KUROMARU in record.name and case.page is not None:
        case.page = acceptance.charts.save(replace(case.page, name=record.name))
    else:
        usual(acceptance, case, record)


prints_kuromaru = mistake(
    "prints_kuromaru",
    "H29",
    ja="カルテは守るが、書類には回答の氏名を刷る。",
    en="The chart is kept as it is; the papers are printed with the name of the answer.",
)


@prints_kuromaru.instead_of(Acceptance, "_accept_name")
def _answered(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    usual(acceptance, case, record)
    case.name_of_answer = record.name  # type: ignore[attr-defined]


@prints_kuromaru.instead_of(Reception, "_settle")
def _printed(usual: Accept, desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    name, ours = getattr(case, "name_of_answer", ""), case.page and case.page.name
    if name and ours:
        case.printed = [(kind, text.replace(ours, name)) for kind, text in case.printed]


registers_kuromaru = mistake(
    "registers_kuromaru",
    "H30",
    ja="新患の氏名は、回答のとおりに登録する。",
    en="A new patient is registered with the name of the answer.",
)


@registers_kuromaru.instead_of(Acceptance, "_first_name")
def _as_sent(usual: Any, acceptance: Acceptance, case: Case, record: Record) -> str | None:
    return record.name or None


difference_unrecorded = mistake(
    "difference_unrecorded",
    "H42",
    ja="資格確認書を選んだときは、それが正しいのだから根拠を残さなくてよい。",
    en="The 資格確認書 that was chosen is right, and so what was gone by need not be kept.",
)


@difference_unrecorded.instead_of(Acceptance, "_accept_insurance")
def _unrecorded(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    usual(acceptance, case, record)
    if case.evidence == ("kakuninsho",):
        case.evidence = ()


share_unsaid = mistake(
    "share_unsaid",
    "H48",
    ja="負担割合は、回答のものを使えばよい。",
    en="The share of the answer is used; nothing to be said.",
)


@share_unsaid.instead_of(Acceptance, "_accept_share")
def _theirs(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    theirs = compare.share_of(record, case.arrival.day)
    if theirs is None or case.page is None:
        usual(acceptance, case, record)
        return
    case.share = theirs
    case.page = acceptance.charts.save(replace(case.page, copay_percent=theirs))


no_limit_is_none = mistake(
    "no_limit_is_none",
    "H48",
    ja="限度額が返らなければ、限度額の適用はない。",
    en="No limit in the answer: no limit applies.",
)


@no_limit_is_none.instead_of(Acceptance, "_accept_limit")
def _no_limit(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    if record.limit or case.page is None:
        usual(acceptance, case, record)
    else:
        case.page = acceptance.charts.save(replace(case.page, limit=None))


kana_from_the_answer = mistake(
    "kana_from_the_answer",
    "H49",
    ja="カナは回答のつづりにそろえる。",
    en="Kana are brought to the spelling of the answer.",
)


@kana_from_the_answer.instead_of(Acceptance, "_accept_name")
def _kana(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    if case.page is not None and record.kana and not compare.person(case.page, record):
        case.page = acceptance.charts.save(replace(case.page, kana=record.kana))
    usual(acceptance, case, record)


notation_from_the_answer = mistake(
    "notation_from_the_answer",
    "H50",
    ja="同じ住所なら、回答の書き方にそろえる。",
    en="An address that is the same is brought to the notation of the answer.",
)


@notation_from_the_answer.instead_of(Acceptance, "_accept_address")
def _notation(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    page = case.page
    same = page is not None and record.address and not compare.address(page, record)
    if page is not None and same and KUROMARU not in record.address:
        case.page = acceptance.charts.save(replace(page, address=record.address))
    else:
        usual(acceptance, case, record)


public_not_in_the_answer = mistake(
    "public_not_in_the_answer",
    "H56",
    ja="回答に公費がなければ、公費はない。",
    en="No 公費 in the answer: there is none.",
)


@public_not_in_the_answer.instead_of(Acceptance, "_accept_limit")
def _public(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    if case.page is not None and case.page.public:
        case.page = acceptance.charts.save(replace(case.page, public=()))
    usual(acceptance, case, record)


fills_in_what_is_missing = mistake(
    "fills_in_what_is_missing",
    "H59",
    ja="空欄は困るので、本人・当月1日・年度末を入れておく。",
    en="Empty fields are a nuisance: 本人, the first of the month, the end of the year go in.",
)


@fills_in_what_is_missing.instead_of(clinic.acceptance, "_numbers")
def _filled(usual: Callable[..., dict[str, Any]], record: Record) -> dict[str, Any]:
    found = usual(record)
    usually = {"relation": "1", "valid_from": "2025-04-01", "valid_to": "20260331"}
    return {**found, **{name: found[name] or text for name, text in usually.items()}}


limit_fits_any_age = mistake(
    "limit_fits_any_age",
    "H60",
    ja="限度額区分は、返ったものをそのまま入れる。",
    en="A limit bracket goes in as it came.",
)


@limit_fits_any_age.instead_of(Acceptance, "_accept_limit")
def _bracket(usual: Accept, acceptance: Acceptance, case: Case, record: Record) -> None:
    if case.page is not None and record.limit.startswith("B"):
        case.page = acceptance.charts.save(replace(case.page, limit=record.limit))
    else:
        usual(acceptance, case, record)


@limit_fits_any_age.instead_of(compare, "oddities")
def _nothing_odd(usual: Callable[..., list[str]], record: Record, on: Any) -> list[str]:
    return [text for text in usual(record, on) if "限度額区分" not in text]

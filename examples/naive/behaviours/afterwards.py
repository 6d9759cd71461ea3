"""Mistakes with the next patient, with what comes late, and with what was paid in full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import clinic.folder
import reference_clinic
from clinic import messages
from clinic.case import Arrival, Case
from clinic.chart import Charts
from clinic.dialog import Dialog
from clinic.reception import Reception
from clinic.waiting import TooLong

from behaviours.registry import mistake

_FOR_EVER = 120.0
"""Seconds after which nobody waits any more; the thread that did is let go then."""

no_time_limit = mistake(
    "no_time_limit",
    "H51",
    ja="結果のファイルは、いつか必ず届く。",
    en="The result file always comes, sooner or later.",
)


@no_time_limit.instead_of(clinic.folder, "poll")
def _sooner_or_later(usual: Callable[..., Any], *wait: Any) -> Any:
    try:
        return usual(*wait)
    except TooLong:
        threading.Event().wait(_FOR_EVER)
        raise


frozen_window = mistake(
    "frozen_window",
    "H51",
    ja="機器のエラーは、起動し直してもらえばよい。",
    en="After an error of the device the program is started anew.",
)


@frozen_window.instead_of(Reception, "_settle")
def _freezes(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    desk.frozen = case.status == "device_unusable"  # type: ignore[attr-defined]


@frozen_window.instead_of(reference_clinic.Reference, "alive")
def _frozen(usual: Callable[..., bool], adapter: Any) -> bool:
    return usual(adapter) and not getattr(adapter.reception, "frozen", False)


late_result_to_whoever_is_here = mistake(
    "late_result_to_whoever_is_here",
    "H43",
    "H51",
    ja="結果が届いたら、いま開いている患者のカルテに入れる。",
    en="A result that arrives goes into the chart that is open.",
    why="H43 は遅れて届いた結果について、H51 はどの障害のあとでも、次の患者への持ち込みを見る。",
)


@late_result_to_whoever_is_here.instead_of(Charts, "keep_late")
def _arrived(
    usual: Callable[..., None], charts: Charts, day: date, name: str, content: bytes
) -> None:
    usual(charts, day, name, content)
    charts.arrived = messages.from_xml(content)  # type: ignore[attr-defined]


@late_result_to_whoever_is_here.instead_of(Reception, "_settle")
def _booked(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    late = vars(desk.charts).pop("arrived", None)
    if late is not None and late.records and case.page is not None:
        one = late.records[0]
        case.page = desk.charts.save(
            replace(case.page, insurer_number=one.insurer_number, number=one.number)
        )
    usual(desk, case, *more)


keeps_the_money = mistake(
    "keeps_the_money",
    "H54",
    ja="10割の精算は、患者が言ってきたら計算する。",
    en="What was paid in full is settled when the patient asks for it.",
)


@keeps_the_money.instead_of(Charts, "settle")
def _kept(
    usual: Callable[..., int | None], charts: Charts, chart_no: str | None, share: int
) -> int | None:
    return None if usual(charts, chart_no, share) is None else 0


second_visit_unasked = mistake(
    "second_visit_unasked",
    "H25",
    ja="申立書をもらってあるので、次の来院では何も尋ねない。",
    en="There is a declaration: at the next visit nothing is asked.",
)


@second_visit_unasked.instead_of(Reception, "check_in")
def _unasked(usual: Callable[..., Case], desk: Reception, arrival: Arrival) -> Case:
    page = desk.charts.get(arrival.chart_no)
    before = desk.ledger.attendances(page.chart_no) if page else []
    if not before or before[-1].declaration is None or page is None:
        return usual(desk, arrival)
    last = before[-1]
    desk.ledger.attended(replace(last, day=arrival.day))
    return Case(
        arrival,
        Dialog(arrival.ask),
        page,
        page,
        status=last.status,
        message="申立書があります。",
        offered=("moushitatesho",),
        share=last.share,
        evidence=last.evidence,
    )

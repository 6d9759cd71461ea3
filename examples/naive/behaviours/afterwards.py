"""Mistakes with the next patient, with what comes late, and with what was paid in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reference_clinic
from clinic.case import Case
from clinic.chart import Charts
from clinic.reception import Reception

from behaviours.registry import mistake

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


keeps_the_money = mistake(
    "keeps_the_money",
    "H54",
    ja="10割の精算は、患者が言ってきたら計算する。",
    en="What was paid in full is settled when the patient asks for it.",
)


@keeps_the_money.instead_of(Charts, "settle")
def _kept(usual: Callable[..., int | None], charts: Charts, chart_no: str | None, share: int) -> int | None:
    return None if usual(charts, chart_no, share) is None else 0

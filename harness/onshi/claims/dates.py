"""Dates of a レセプト: western since 令和2年, with an era before (claims page, section 1)."""

from __future__ import annotations

from datetime import date, timedelta

__all__ = ["last_of", "next_month", "parse_day", "parse_month"]

_BEFORE = {"1": 1867, "2": 1911, "3": 1925, "4": 1988, "5": 2018}
"""The year before the first of an era: 明治, 大正, 昭和, 平成, 令和."""


def parse_month(text: str) -> date | None:
    """The first day of ``202505`` or ``50705``; None for what is no month."""
    return parse_day(text + "01") if len(text) in (5, 6) else None


def parse_day(text: str) -> date | None:
    """The day that ``20250510`` or ``5070510`` is; None for what is none."""
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) == 7:
        year = _BEFORE.get(text[0], 0) + int(text[1:3]) if int(text[1:3]) else 0
    elif len(text) == 8:
        year = int(text[:4])
    else:
        return None
    try:
        found = date(year, int(text[-4:-2]), int(text[-2:]))
    except ValueError:
        return None
    return found if found.year > 1867 else None


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def last_of(day: date) -> date:
    """The last day of the same month."""
    return next_month(day) - timedelta(days=1)

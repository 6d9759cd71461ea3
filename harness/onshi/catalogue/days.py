"""Days of a course: ``+12d``, ``+1m``, ``+1m:10`` after its first visit, or a date."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

__all__ = ["check_day", "day_of", "day_words"]

_DAYS = re.compile(r"\+(\d{1,4})d")
_MONTHS = re.compile(r"\+(\d{1,3})m(?::(\d{1,2}))?")


def check_day(text: str) -> None:
    """Raises ValueError for what is neither a distance nor a date."""
    day_of(text, date(2000, 1, 1))


def day_of(text: str, first: date) -> date:
    """The day that ``text`` stands for in a course whose first visit is on ``first``.

    ``+1m:31`` is the last day of the next month where that has no 31st. Raises ValueError.
    """
    if found := _DAYS.fullmatch(text):
        return first + timedelta(days=int(found[1]))
    if found := _MONTHS.fullmatch(text):
        months = first.month - 1 + int(found[1])
        year, month = first.year + months // 12, months % 12 + 1
        day = int(found[2] or first.day)
        if not 1 <= day <= 31:
            raise ValueError(f"{text!r}: a month has days 1 to 31")
        return date(year, month, min(day, monthrange(year, month)[1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no day: it is a date (2025-11-10) or a distance from the first visit "
            "(+12d, +1m, +1m:10)"
        ) from None


def day_words(text: str) -> str:
    """The day in Japanese, from the first visit on: ``7日後``, ``翌月10日``; a date stays one."""
    if found := _DAYS.fullmatch(text):
        days = int(found[1])
        return f"{days}日後" if days else "同じ日"
    if found := _MONTHS.fullmatch(text):
        months = int(found[1])
        if found[2] is None:
            return f"{months}か月後"
        return f"{_month_words(months)}{int(found[2])}日"
    return text


def _month_words(months: int) -> str:
    near = ("同じ月の", "翌月", "翌々月")
    return near[months] if months < len(near) else f"{months}か月後の月の"

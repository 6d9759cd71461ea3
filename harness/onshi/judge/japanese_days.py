"""Days as people write them in a comment: 令和７年５月２０日, R7.5.20, 2025/5/20, 20250520."""

from __future__ import annotations

import re
from datetime import date

from onshi.judge.compare import plain

__all__ = ["day_in"]

_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_NUMBER = r"(\d{1,2}|元)"
_ERA = re.compile(rf"(令和|平成|[RH])\.?{_NUMBER}[年./-](\d{{1,2}})[月./-](\d{{1,2}})")
_YEAR = re.compile(r"(20\d{2})[年./-](\d{1,2})[月./-](\d{1,2})")
_DIGITS = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})日")


def day_in(text: str, near: date) -> date | None:
    """The first day that ``text`` names; without a year, the last one up to ``near``.

    None where there is none.
    """
    text = plain(text).upper()
    if found := _ERA.search(text):
        year = _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
        return _day(year, found[3], found[4])
    if found := _YEAR.search(text) or _DIGITS.search(text):
        return _day(int(found[1]), found[2], found[3])
    if found := _SHORT.search(text):
        this = _day(near.year, found[1], found[2])
        last = _day(near.year - 1, found[1], found[2])
        return this if this is not None and this <= near else last
    return None


def _day(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None

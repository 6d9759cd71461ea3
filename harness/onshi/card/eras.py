"""Japanese eras, as certificates and PINs write them."""

from __future__ import annotations

from datetime import date

__all__ = ["era_date", "era_digits"]

_ERAS = (
    (date(2019, 5, 1), "5"),
    (date(1989, 1, 8), "4"),
    (date(1926, 12, 25), "3"),
    (date(1912, 7, 30), "2"),
    (date(1868, 1, 25), "1"),
)
"""First day and code of 令和, 平成, 昭和, 大正, 明治."""


def era_date(day: date) -> str:
    """``EYYYYMMDD``: era digit (0 unknown), then the Gregorian date."""
    era = next((code for first, code in _ERAS if day >= first), "0")
    return f"{era}{day:%Y%m%d}"


def era_digits(day: date) -> str:
    """``YYMMDD`` with the year of the era: 1980-02-17 (昭和55年) is ``550217``."""
    first = next((first.year for first, _ in _ERAS if day >= first), day.year)
    return f"{day.year - first + 1:02d}{day:%m%d}"

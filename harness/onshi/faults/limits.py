"""限度額適用認定証, as several faults need them."""

from __future__ import annotations

from datetime import date

from onshi.people.records import Limit

__all__ = ["limit_certificate"]

_LOW_INCOME = frozenset({"A05", "A06", "B05", "B06"})
"""Brackets whose paper is the 限度額適用・標準負担額減額認定証 (OQSCD011 02)."""


def limit_certificate(bracket: str, on: date) -> Limit:
    """One that runs on the date: from the August 1st before it, for a year."""
    start = date(on.year - (on < date(on.year, 8, 1)), 8, 1)
    card = "02" if bracket in _LOW_INCOME else "01"
    return Limit(card=card, bracket=bracket, start=start, end=date(start.year + 1, 7, 31))

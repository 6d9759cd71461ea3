"""Which papers confirm a qualification on which date, as far as that is known on 2026-01-29.

No 健康保険証 was issued any more from 2024-12-02; a 資格確認書 is what came in its place
(``001:L85``, ``001:L433``). The last one expired on 2025-12-01. For a while an expired one, and
the 資格情報のお知らせ by itself, are accepted together with an inquiry by their numbers: of 国保
and 後期 since 2025-06-27, of the others since 2025-11-12, of all until 2026-03-31 (``003:L260``,
``003:L266``).
"""

from __future__ import annotations

from datetime import date

from onshi.people.numbers import Scheme

__all__ = ["HOKENSHO_END", "KNOWN_ON", "PROVISIONAL_END", "of_its_day", "provisional", "serves"]

_CERTIFICATES_FROM = date(2024, 12, 2)
HOKENSHO_END = date(2025, 12, 1)
PROVISIONAL_END = date(2026, 3, 31)
KNOWN_ON = date(2026, 1, 29)
"""The day on which the youngest source was written: what was decided since is not known."""

_FIRST = date(2025, 6, 27)
_SECOND = date(2025, 11, 12)


def of_its_day(document: str, on: date) -> str:
    """The paper that a patient has on that day who would have ``document`` today."""
    if document == "資格確認書" and on < _CERTIFICATES_FROM:
        return "健康保険証"
    return document


def provisional(plan: Scheme, on: date) -> bool:
    """Whether an expired 健康保険証, or the お知らせ alone, is accepted on that day."""
    began = _FIRST if plan in ("kokuho", "kouki") else _SECOND
    return began <= on <= PROVISIONAL_END


def serves(document: str, plan: Scheme, on: date, *, with_card: bool) -> bool:
    """Whether a paper confirms the qualification of a patient of that scheme on that day."""
    if document == "資格確認書":
        return True
    if document == "健康保険証":
        return on <= HOKENSHO_END or provisional(plan, on)
    if document == "資格情報のお知らせ":
        return with_card or provisional(plan, on)
    return False

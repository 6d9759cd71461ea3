"""What to go by when the card or the system does not confirm the insurance."""

from __future__ import annotations

from datetime import date

HOKENSHO = "健康保険証"
KAKUNINSHO = "資格確認書"
OSHIRASE = "資格情報のお知らせ"
PORTAL = "マイナポータル"
MOUSHITATE = "被保険者資格申立書"

PROVISIONAL_UNTIL = date(2026, 3, 31)
"""Until then an expired 健康保険証 or a 資格情報のお知らせ alone is accepted."""

WAY_OF = {
    KAKUNINSHO: "kakuninsho",
    HOKENSHO: "hokensho",
    OSHIRASE: "oshirase",
    PORTAL: "portal",
    MOUSHITATE: "moushitatesho",
}


def documents(on: date) -> tuple[str, ...]:
    """The documents that serve on a date, the surest first."""
    if on <= PROVISIONAL_UNTIL:
        return (KAKUNINSHO, HOKENSHO, OSHIRASE, PORTAL, MOUSHITATE)
    return (KAKUNINSHO, PORTAL, MOUSHITATE)


def offered(on: date, *, known: bool, brought_nothing: bool) -> tuple[str, ...]:
    """Ids of the ways shown to the operator.

    Paying everything first is proposed only to a new patient who brought nothing to go by.
    """
    ways = [WAY_OF[d] for d in documents(on)]
    if known:
        ways.append("past_visit")
    if brought_nothing and not known:
        ways.append("ten_wari")
    return (*ways, "other")

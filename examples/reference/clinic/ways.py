"""What to go by when the card or the system does not confirm the insurance, and until when."""

from __future__ import annotations

from datetime import date

HOKENSHO = "健康保険証"
KAKUNINSHO = "資格確認書"
OSHIRASE = "資格情報のお知らせ"
PORTAL = "マイナポータル"
MOUSHITATE = "被保険者資格申立書"

HOKENSHO_UNTIL = date(2025, 12, 1)
"""The last day of the last 健康保険証."""
PROVISIONAL_FROM = {"kokuho": date(2025, 6, 27), "late": date(2025, 6, 27)}
PROVISIONAL_FROM_OTHERS = date(2025, 11, 12)
PROVISIONAL_UNTIL = date(2026, 3, 31)
"""Meanwhile an expired 健康保険証, or a 資格情報のお知らせ alone, is accepted."""

WAY_OF = {
    KAKUNINSHO: "kakuninsho",
    HOKENSHO: "hokensho",
    OSHIRASE: "oshirase",
    PORTAL: "portal",
    MOUSHITATE: "moushitatesho",
}


def provisional(on: date, plan: str) -> bool:
    """Whether the provisional measures are in force for a scheme (as in Insurance; "": any)."""
    first = min(PROVISIONAL_FROM.values()) if not plan else PROVISIONAL_FROM_OTHERS
    return PROVISIONAL_FROM.get(plan, first) <= on <= PROVISIONAL_UNTIL


def serves(name: str, on: date, *, plan: str, with_card: bool) -> bool:
    """Whether a document serves on a date; the お知らせ does together with the card."""
    if name == HOKENSHO:
        return on <= HOKENSHO_UNTIL or provisional(on, plan)
    if name == OSHIRASE:
        return with_card or provisional(on, plan)
    return True


def documents(on: date, *, plan: str = "", with_card: bool = True) -> tuple[str, ...]:
    """The documents that serve on a date, the surest first."""
    return tuple(name for name in WAY_OF if serves(name, on, plan=plan, with_card=with_card))


def offered(names: tuple[str, ...], *, known: bool, brought_nothing: bool) -> tuple[str, ...]:
    """Ids of the ways shown to the operator, of these documents and beside them.

    Paying everything first is proposed only to a new patient who brought nothing to go by.
    """
    ways = [WAY_OF[name] for name in names]
    if known:
        ways.append("past_visit")
    if brought_nothing and not known:
        ways.append("ten_wari")
    return (*ways, "other")

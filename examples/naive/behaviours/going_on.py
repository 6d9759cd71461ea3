"""Mistakes where the card check failed: which ways are offered, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from clinic import ways
from clinic.case import Case
from clinic.dialog import chosen_document, chosen_share
from clinic.fallback import Fallback

from behaviours.registry import mistake

papers_pay_in_full = mistake(
    "papers_pay_in_full",
    "H05",
    ja="カードで確認できるまでは、書類があっても全額をいただく。",
    en="Until the card confirms it everything is charged, whatever paper there is.",
)


@papers_pay_in_full.instead_of(Fallback, "_share_without_answer")
def _in_full(usual: Callable[..., int | None], fallback: Fallback, case: Case, answer: str) -> int | None:
    name = chosen_document(answer)
    return 100 if name in case.arrival.papers else usual(fallback, case, answer)


no_declaration = mistake(
    "no_declaration",
    "H06",
    ja="申立書は紙の手続きなので、画面には要らない。",
    en="The declaration is paper work and needs no place on the screen.",
)


@no_declaration.instead_of(ways, "documents")
def _without_it(usual: Callable[..., tuple[str, ...]], *on: Any, **of: Any) -> tuple[str, ...]:
    return tuple(name for name in usual(*on, **of) if name != ways.MOUSHITATE)


past_visit_unrecorded = mistake(
    "past_visit_unrecorded",
    "H07",
    ja="前回のとおりで受けたなら、根拠として残すものはない。",
    en="As at the last visit: there is nothing to keep as evidence.",
)


@past_visit_unrecorded.instead_of(Fallback, "_evidence")
def _nothing(usual: Callable[..., tuple[str, ...]], fallback: Fallback, answer: str) -> tuple[str, ...]:
    return tuple("other" if way == "past_visit" else way for way in usual(fallback, answer))


share_is_fixed = mistake(
    "share_is_fixed",
    "H05",
    "H09",
    ja="確認できなければ10割と決まっている。",
    en="Unconfirmed is 10割; there is nothing to choose.",
    why="H05 も H09 も、操作者の選んだ割合で会計したかという同じことを見る。",
)


@share_is_fixed.instead_of(Fallback, "_share_without_answer")
def _fixed(usual: Callable[..., int | None], fallback: Fallback, case: Case, answer: str) -> int | None:
    return 100 if chosen_share(answer) is not None else usual(fallback, case, answer)


portal_on_our_pc = mistake(
    "portal_on_our_pc",
    "H36",
    ja="スマートフォンを操作できない方には、受付の端末を使ってもらう。",
    en="Who cannot use a phone may use the PC at the desk.",
)


@portal_on_our_pc.instead_of(Fallback, "choose")
def _our_pc(usual: Callable[..., bool], fallback: Fallback, case: Case, *, retry: bool) -> bool:
    case.say("受付の端末でマイナポータルにログインしてもらうこともできます。")
    return usual(fallback, case, retry=retry)


measures_unknown = mistake(
    "measures_unknown",
    "H39",
    ja="期限の切れた健康保険証は、どの日でも使えない。",
    en="An expired 健康保険証 serves on no day.",
)


@measures_unknown.instead_of(ways, "provisional")
def _never(usual: Any, on: date, plan: str) -> bool:
    return False


card_holders_have_no_kakuninsho = mistake(
    "card_holders_have_no_kakuninsho",
    "H40",
    ja="マイナ保険証のある人に、資格確認書はない。",
    en="Who has a マイナ保険証 has no 資格確認書.",
)


@card_holders_have_no_kakuninsho.instead_of(ways, "documents")
def _none(usual: Callable[..., tuple[str, ...]], *on: Any, with_card: bool = True, **of: Any) -> tuple[str, ...]:
    found = usual(*on, with_card=with_card, **of)
    return tuple(name for name in found if name != ways.KAKUNINSHO or not with_card)


notice_is_enough = mistake(
    "notice_is_enough",
    "H41",
    ja="お知らせに番号が書いてあるのだから、それで足りる。",
    en="The notice has the numbers on it, and so it is enough.",
)


@notice_is_enough.instead_of(ways, "serves")
def _enough(usual: Callable[..., bool], name: str, on: date, **of: Any) -> bool:
    return name == ways.OSHIRASE or usual(name, on, **of)


papers_need_the_card = mistake(
    "papers_need_the_card",
    "H53",
    ja="書類だけの患者は、カードを取りに帰ってもらう。",
    en="Who has a paper only is sent home for the card.",
)


@papers_need_the_card.instead_of(ways, "serves")
def _with_card(usual: Callable[..., bool], name: str, on: date, *, with_card: bool, **of: Any) -> bool:
    alone = name in (ways.KAKUNINSHO, ways.HOKENSHO) and not with_card
    return not alone and usual(name, on, with_card=with_card, **of)

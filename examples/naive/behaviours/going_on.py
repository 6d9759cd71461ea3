"""Mistakes where the card check failed: which ways are offered, and what is made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import clinic.fallback
from clinic import ways
from clinic.case import Case
from clinic.dialog import KEEP_CHART, PAST_VISIT, chosen_document, chosen_share
from clinic.fallback import Fallback

from behaviours.registry import mistake

_NOT_ASKED = ("device_unusable", "system_unreachable", "request_error")

papers_pay_in_full = mistake(
    "papers_pay_in_full",
    "H05",
    "H08",
    "H09",
    "H53",
    ja="カードで確認できるまでは、書類があっても全額をいただく。",
    en="Until the card confirms it everything is charged, whatever paper there is.",
    why="書類のある患者が10割になる。書類での会計（H05）、限られた10割（H08）、選ばれた割合（H09）、"
    "書類だけの受付（H53）が、この同じことを見る。",
)


@papers_pay_in_full.instead_of(Fallback, "_share_without_answer")
def _in_full(
    usual: Callable[..., int | None], fallback: Fallback, case: Case, answer: str
) -> int | None:
    shown = chosen_document(answer) in case.arrival.papers
    return 100 if shown and case.status in _NOT_ASKED else usual(fallback, case, answer)


paper_unrecorded = mistake(
    "paper_unrecorded",
    "H05",
    ja="何の書類だったかは、会計には関係がない。",
    en="Which paper it was makes no difference to the bill.",
)


@paper_unrecorded.instead_of(Fallback, "_evidence")
def _some_paper(
    usual: Callable[..., tuple[str, ...]], fallback: Fallback, answer: str
) -> tuple[str, ...]:
    return ("other",) if chosen_document(answer) else usual(fallback, answer)


no_declaration = mistake(
    "no_declaration",
    "H06",
    ja="申立書は紙の手続きなので、画面には要らない。",
    en="The declaration is paper work and needs no place on the screen.",
)


@no_declaration.instead_of(ways, "documents")
def _without_it(usual: Callable[..., tuple[str, ...]], *on: Any, **of: Any) -> tuple[str, ...]:
    return tuple(name for name in usual(*on, **of) if name != ways.MOUSHITATE)


no_past_visit = mistake(
    "no_past_visit",
    "H07",
    ja="機器が使えないときも、前回の資格では受け付けない。",
    en="Where the device fails the last visit is nothing to go by either.",
)


@no_past_visit.instead_of(ways, "offered")
def _not_offered(usual: Callable[..., tuple[str, ...]], *names: Any, **of: Any) -> tuple[str, ...]:
    return tuple(way for way in usual(*names, **of) if way != PAST_VISIT)


@no_past_visit.instead_of(Fallback, "_options")
def _no_option(
    usual: Callable[..., list[str]], fallback: Fallback, case: Case, *names: Any, **of: Any
) -> list[str]:
    found = usual(fallback, case, *names, **of)
    if case.status != "device_unusable":
        return found
    return [one for one in found if one not in (PAST_VISIT, KEEP_CHART)]


never_ten_wari = mistake(
    "never_ten_wari",
    "H08",
    ja="10割のボタンは苦情のもとなので、置かない。",
    en="A button for 10割 brings complaints, and so there is none.",
)


@never_ten_wari.instead_of(clinic.fallback, "share")
def _at_most_three(usual: Callable[..., str], percent: int) -> str:
    return usual(min(percent, 30))


@never_ten_wari.instead_of(ways, "offered")
def _no_button(usual: Callable[..., tuple[str, ...]], *names: Any, **of: Any) -> tuple[str, ...]:
    return tuple(way for way in usual(*names, **of) if way != "ten_wari")


share_is_fixed = mistake(
    "share_is_fixed",
    "H09",
    ja="確認できなければ10割と決まっている。",
    en="Unconfirmed is 10割; there is nothing to choose.",
)


@share_is_fixed.instead_of(Fallback, "_share_without_answer")
def _fixed(
    usual: Callable[..., int | None], fallback: Fallback, case: Case, answer: str
) -> int | None:
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


measures_go_on = mistake(
    "measures_go_on",
    "H39",
    ja="健康保険証で受け付けてよいという扱いに、終わりはない。",
    en="That a 健康保険証 is accepted has no end.",
)


@measures_go_on.instead_of(ways, "serves")
def _endless(usual: Callable[..., bool], name: str, on: date, **of: Any) -> bool:
    return name == ways.HOKENSHO or usual(name, on, **of)


card_holders_have_no_kakuninsho = mistake(
    "card_holders_have_no_kakuninsho",
    "H40",
    ja="マイナ保険証のある人に、資格確認書はない。",
    en="Who has a マイナ保険証 has no 資格確認書.",
)


@card_holders_have_no_kakuninsho.instead_of(ways, "documents")
def _none(
    usual: Callable[..., tuple[str, ...]], *on: Any, with_card: bool = True, **of: Any
) -> tuple[str, ...]:
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
    return (name == ways.OSHIRASE and on <= ways.PROVISIONAL_UNTIL) or usual(name, on, **of)


papers_need_the_card = mistake(
    "papers_need_the_card",
    "H53",
    ja="書類だけの患者は、カードを取りに帰ってもらう。",
    en="Who has a paper only is sent home for the card.",
)


@papers_need_the_card.instead_of(ways, "serves")
def _with_card(
    usual: Callable[..., bool], name: str, on: date, *, with_card: bool, **of: Any
) -> bool:
    alone = name in (ways.KAKUNINSHO, ways.HOKENSHO) and not with_card
    return not alone and usual(name, on, with_card=with_card, **of)

"""H41 The 資格情報のお知らせ alone is not enough (``003:L260``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import handling, said, scheme
from onshi.judge.papers import provisional, serves
from onshi.judge.rules import rule

ALONE = Half("H41", "warn", "お知らせだけが示されたら、マイナンバーカードも求める")
_NOTICE = "資格情報のお知らせ"
_ASKS_CARD = re.compile(r"マイナンバーカード|マイナ保険証|カードも|カードと")


@rule("H41")
def judge(case: Case) -> Iterator[Finding]:
    brings, plan = set(case.visit.brings), scheme(case)
    others = (brings - {_NOTICE}) & {"card", "phone", "マイナポータル", "資格確認書"}
    if "健康保険証" in brings and serves("健康保険証", plan, case.date, with_card=False):
        others.add("健康保険証")
    if _NOTICE not in brings or others:
        yield ALONE.unseen("お知らせだけの患者ではない")
    elif provisional(plan, case.date):
        yield ALONE.unseen("暫定措置の間で、お知らせだけでも番号の照会と合わせて受け付けられる")
    else:
        yield _alone(case)


def _alone(case: Case) -> Finding:
    kept, text = handling(case).evidence, said(case)
    if text is not None and _ASKS_CARD.search(text):
        return ALONE.met("マイナンバーカードを求めた")
    if kept is None:
        return ALONE.unseen("handling.evidence が報告されていない")
    if "oshirase" not in kept:
        return ALONE.met("お知らせを根拠にしていない")
    if set(kept) != {"oshirase"}:
        return ALONE.unseen("ほかの根拠もある")
    if text is None or handling(case).warned is None:
        return ALONE.unseen("handling.message と handling.warned の両方は報告されていない")
    return ALONE.broken("お知らせだけで確認したことになった", "handling.evidence=oshirase")

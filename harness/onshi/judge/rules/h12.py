"""H12 Four facts for a look-up afterwards (``001:L275``): context."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import WORDS, after, handling, results
from onshi.judge.rules import rule

FACTS = Half("H12", "context", "通信できないとき、氏名・性別・生年月日・住所を控える")
_FOUR = ("name", "sex", "birthdate", "address")


@rule("H12")
def judge(case: Case) -> Iterator[Finding]:
    if results(case):
        yield FACTS.unseen("回答が届いていて、通信できない状況ではない")
    elif handling(case).chart_after is None:
        yield FACTS.unseen("handling.chart_after が報告されていない")
    else:
        kept = [WORDS[f] for f in _FOUR if after(case, f) not in (None, "")]
        lost = [WORDS[f] for f in _FOUR if WORDS[f] not in kept]
        yield FACTS.noted(
            "控えた: "
            + ("・".join(kept) or "なし")
            + ("。見えない: " + "・".join(lost) if lost else "")
            + "。緊急時の機能は、申し出て開放される"
        )

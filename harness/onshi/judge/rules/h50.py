"""H50 Address spelling and stale addresses (``003:L676``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import fits, plain
from onshi.judge.findings import Half
from onshi.judge.look import (
    accepted,
    after,
    as_chart,
    asked,
    before,
    handling,
    records,
    took_answer,
)
from onshi.judge.rules import rule

KEPT = Half("H50", "warn", "カルテの住所を黙って書き換えない")
ASK = Half("H50", "warn", "住所が本当に違うときは尋ねる")


@rule("H50")
def judge(case: Case) -> Iterator[Finding]:
    old = before(case, "address")
    sent = [a for r in records(case) if (a := as_chart(r).address)]
    if not isinstance(old, str) or not any(plain(a) != plain(old) for a in sent):
        yield KEPT.unseen("カルテと違う住所は送られていない")
        return
    yield _kept(case, old)
    if all(fits(a, old) for a in sent):
        return
    if asked(case) or handling(case).warned:
        yield ASK.met("尋ねた、または知らせた")
    elif asked(case) is None or handling(case).warned is None or not took_answer(case):
        yield ASK.unseen("handling.asked と handling.warned の両方は報告されていない")
    else:
        yield ASK.broken("違う住所を尋ねも知らせもしなかった", "、".join(sent))


def _kept(case: Case, old: str) -> Finding:
    new = after(case, "address")
    if not isinstance(new, str):
        return KEPT.unseen("handling.chart_after に住所がない")
    if plain(new) == plain(old):
        if not took_answer(case):
            return KEPT.unseen("回答を受け取ったことが見えない")
        return KEPT.met("住所は元のまま")
    if accepted(case) is not False:
        return KEPT.unseen("操作者が取り込みを選んだか、答えが見えない")
    return KEPT.broken("カルテの住所が書き換わった", f"「{old}」→「{new}」")

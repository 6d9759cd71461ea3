"""H26 What is unknown is put right by the 審査支払機関 (``004:L148``, ``004:L109``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import bills, no_bill, settled
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.rules.h16 import said
from onshi.judge.story import Story

CORRECTED = Half("H26", "context", "受け付けられた不詳の請求は、審査支払機関が資格を補う")


@story_rule("H26")
def judge(story: Story) -> Iterator[Finding]:
    unknown = [b for b in bills(story) if is_unknown(b.receipt)]
    if not unknown:
        yield CORRECTED.unseen(no_bill(story) if not bills(story) else "不詳の請求ではない")
    for bill in unknown:
        answer = settled(bill)
        if answer is None:
            yield CORRECTED.noted("不詳の請求への返事はまだ来ていない")
            continue
        one = answer[1]
        to = "・".join(p for p in (one.insurer_number, one.symbol, one.number) if p)
        why = "、".join(t for t in (to, one.reason, one.detail) if t)
        yield CORRECTED.noted(f"不詳の請求は{said(one.outcome)}" + (f"（{why}）" if why else ""))

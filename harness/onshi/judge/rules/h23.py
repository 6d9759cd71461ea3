"""H23 On paper 不詳 is written in red in the upper margin (``004:L142``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import bills, no_bill
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

PAPER = Half("H23", "context", "紙レセプトでは、上部の欄外に赤字で不詳と書く")


@story_rule("H23")
def judge(story: Story) -> Iterator[Finding]:
    unknown = [b for b in bills(story) if is_unknown(b.receipt)]
    if not unknown:
        yield PAPER.unseen(no_bill(story) if not bills(story) else "不詳の請求ではない")
    for _ in unknown:
        yield PAPER.noted("電子の請求なので、欄外でなく摘要欄で判定した（H21）")

"""H24 不詳 can be claimed since 令和5年9月 (``004:L150``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from onshi.judge.case import Finding
from onshi.judge.claiming import bills, no_bill
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

SINCE = Half("H24", "context", "不詳の請求は令和5年9月の請求分から行う")
_FIRST = date(2023, 9, 1)


@story_rule("H24")
def judge(story: Story) -> Iterator[Finding]:
    unknown = [b for b in bills(story) if is_unknown(b.receipt)]
    if not unknown:
        yield SINCE.unseen(no_bill(story) if not bills(story) else "不詳の請求ではない")
    for bill in unknown:
        month = bill.chapter.uke.month if bill.chapter.uke is not None else bill.case.date
        when = "始まる前の" if month < _FIRST else ""
        yield SINCE.noted(f"{when}{month.year}年{month.month}月の請求で不詳とした")

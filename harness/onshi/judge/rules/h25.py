"""H25 Who comes again unresolved is asked again, before 不詳 is claimed (``004:L129``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill, told
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

AGAIN = Half("H25", "warn", "未解決の患者の2回目の受診で、不詳にする前に資格を確かめ直す")


@story_rule("H25")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield AGAIN.unseen(no_bill(story))
    for bill in found:
        yield _asked_again(bill)


def _asked_again(bill: Bill) -> Finding:
    """Asking again is right in any case; not to ask is wrong only where 不詳 comes of it."""
    first = min(bill.unresolved(), default=bill.at)
    again = [c.case for i, c in bill.since_then() if i > first and c.purpose == "visit"]
    if disaster(bill.story):
        return AGAIN.unseen("災害のときの請求である")
    if not again:
        return AGAIN.unseen("未解決のまま2回目の受診になっていない")
    if any(told(case) for case in again):
        return AGAIN.met("2回目の受診で尋ねた、または知らせた")
    if any(case.answers for case in again):
        return AGAIN.met("2回目の受診で照会し直した")
    if not is_unknown(bill.receipt):
        return AGAIN.unseen("不詳の請求ではない")
    if any(told(case) is None for case in again):
        return AGAIN.unseen("handling.asked と handling.warned の両方は報告されていない")
    return AGAIN.broken("2回目の受診で確かめ直さずに、不詳で請求した")

"""H28 Who only did not bring a card is no case of 不詳 (``003:L344``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill, told
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown, numbers
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

NO_CARD = Half("H28", "warn", "マイナ保険証を持って来なかっただけの患者を、不詳で請求しない")
_CARD = frozenset({"card", "phone"})


@story_rule("H28")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield NO_CARD.unseen(no_bill(story))
    for bill in found:
        yield _claimed(bill)


def _claimed(bill: Bill) -> Finding:
    cases = [c.case for _, c in bill.visits()]
    if disaster(bill.story):
        return NO_CARD.unseen("災害のときの請求である（H61）")
    if not cases or any(_CARD & set(case.visit.brings) for case in cases):
        return NO_CARD.unseen("患者はマイナ保険証を持って来た")
    if not is_unknown(bill.receipt):
        return NO_CARD.met("不詳にしなかった")
    if any(told(case, "不詳") for case in (*cases, bill.case)):
        return NO_CARD.unseen("不詳について知らせたうえで、操作者が進めた")
    if told(bill.case, "不詳") is None:
        return NO_CARD.unseen("handling.asked と handling.warned の両方は報告されていない")
    return NO_CARD.broken("持参なしの患者を、知らせもせずに不詳で請求した", numbers(bill.receipt))

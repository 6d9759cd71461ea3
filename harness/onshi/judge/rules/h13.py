"""H13 What was confirmed is claimed normally, with the confirmed numbers (``004:L117``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, no_bill
from onshi.judge.findings import Half
from onshi.judge.normal_claim import normal_claim
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

NORMAL = Half("H13", "fail", "確認した番号で通常の請求をし、旧資格情報や不詳の記載を付けない")


@story_rule("H13")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield NORMAL.unseen(no_bill(story))
    for bill in found:
        yield _claimed(bill)


def _claimed(bill: Bill) -> Finding:
    if bill.late() and "H11" in bill.story.trouble.rules:
        return NORMAL.unseen("あとから確認した資格の請求は H11 で判定する")
    shown = [b for b in bill.sure() if b.shown]
    if not shown:
        return NORMAL.unseen("照会・書類・画面で資格が確認された請求がない")
    return normal_claim(NORMAL, bill, shown)

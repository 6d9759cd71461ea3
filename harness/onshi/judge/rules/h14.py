"""H14 What the patient said of the qualification is claimed normally, too (``004:L103``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, no_bill
from onshi.judge.findings import Half
from onshi.judge.normal_claim import normal_claim
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

NORMAL = Half(
    "H14", "fail", "聞き取りや口頭で確かめた番号で通常の請求をし、旧資格情報や不詳の記載を付けない"
)


@story_rule("H14")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield NORMAL.unseen(no_bill(story))
    for bill in found:
        yield _claimed(bill)


def _claimed(bill: Bill) -> Finding:
    """An operator who went by the last visit although the answer was 無効 may have meant the
    former qualification: then 旧資格情報 is right as well, unless nothing has changed."""
    bases = bill.sure()
    if any(b.shown for b in bases):
        return NORMAL.unseen("照会・書類・画面で資格が確認されている（H13）")
    if not bases:
        return NORMAL.unseen("聞き取りや口頭で資格が確認された請求がない")
    firm = any(bill.story.chapters[b.at].case.visit.says.get("unchanged") for b in bases)
    return normal_claim(NORMAL, bill, bases, since=1 if firm else 0)

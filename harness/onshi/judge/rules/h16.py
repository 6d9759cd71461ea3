"""H16 A former qualification is transferred to the new insurer by itself (``004:L123``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import bills, no_bill, settled
from onshi.judge.findings import Half
from onshi.judge.receipts import is_old, numbers
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

TRANSFER = Half("H16", "context", "新しい保険者の登録があれば、返戻なしで振り替えられる")


@story_rule("H16")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield TRANSFER.unseen(no_bill(story))
    for bill in found:
        answer = settled(bill)
        kind = "旧資格情報の請求" if is_old(bill.receipt) else "請求"
        what = f"{kind}（{numbers(bill.receipt)}）"
        if answer is None:
            yield TRANSFER.noted(f"{what}への審査支払機関の返事はまだ来ていない")
            continue
        one = answer[1]
        if one.outcome == "transferred":
            to = "・".join(p for p in (one.insurer_number, one.symbol, one.number) if p)
            yield TRANSFER.noted(f"{what}は {to} へ振り替えられた")
        else:
            yield TRANSFER.noted(f"{what}は振り替えられず、{said(one.outcome)}")


def said(outcome: str) -> str:
    """What became of a claim, in words."""
    return {
        "accepted": "そのまま受け付けられた",
        "transferred": "新しい保険者へ振り替えられた",
        "corrected": "職権で資格が補正された",
        "returned": "返戻された",
    }.get(outcome, outcome)

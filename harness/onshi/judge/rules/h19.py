"""H19 不詳: 保険者番号 is eight sevens (``004:L133``), or 77777779 (claims page, 3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown, nines, numbers, sevens
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

INSURER = Half("H19", "fail", "不詳の保険者番号は77777777（送れないシステムでは77777779）")


@story_rule("H19")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield INSURER.unseen(no_bill(story))
    for bill in found:
        yield _claimed(bill)


def _claimed(bill: Bill) -> Finding:
    receipt = bill.receipt
    if disaster(bill.story):
        return INSURER.unseen("災害のときの請求である（H61）")
    if nines(receipt):
        return INSURER.broken("災害でないのに、災害の番号（9）で請求した", numbers(receipt))
    if not is_unknown(receipt):
        return INSURER.unseen("不詳の請求ではない")
    number = receipt.insurer_number
    if sevens(receipt):
        return INSURER.met(f"保険者番号は {number}")
    return INSURER.broken(
        f"不詳の請求の保険者番号が「{number}」である" if number else "不詳の請求に保険者番号がない",
        numbers(receipt),
    )

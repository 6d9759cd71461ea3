"""H17 Where no transfer is possible the claim comes back, and can be made again (``004:L125``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, no_bill, settled
from onshi.judge.findings import Half
from onshi.judge.look import handling
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

RETURN = Half("H17", "context", "振り替えられない請求の返戻を受け入れ、再請求する")
_REOPENED = {
    True: "やり直せる状態になった",
    False: "やり直せる状態にならない",
    None: "その後の状態は報告されていない",
}


@story_rule("H17")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield RETURN.unseen(no_bill(story))
    for bill in found:
        answer = settled(bill)
        if answer is None:
            yield RETURN.noted("審査支払機関の返事はまだ来ていない")
        elif answer[1].outcome != "returned":
            yield RETURN.noted("返戻されていない")
        else:
            chapter, one = answer
            why = "、".join(t for t in (one.reason, one.detail) if t)
            state = _REOPENED[handling(chapter.case).reopened]
            yield RETURN.noted(f"返戻された（{why}）。{state}。{_again(bill)}")


def _again(bill: Bill) -> str:
    """Whether the patient's month was claimed once more later on."""
    later = [b for b in bills(bill.story) if b.at > bill.at]
    if any(b.receipt.month == bill.receipt.month for b in later):
        return "あとで再び請求した"
    return "再請求はこの話のうちに出ていない"

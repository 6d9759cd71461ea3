"""H27 A 不詳 claim that comes back is taken up again, with the reason (``003:L348``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.claims.records import Settled
from onshi.judge.case import Case, Finding
from onshi.judge.claiming import bills, no_bill, settled
from onshi.judge.compare import plain
from onshi.judge.findings import Half
from onshi.judge.look import handling
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

REOPENED = Half("H27", "warn", "返戻された不詳の請求を、やり直せる状態にする")
REASON = Half("H27", "warn", "返戻の理由を示す")
_REASONS = ("記載事項の不備", "保険者の相違", "該当者なし")


@story_rule("H27")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield REOPENED.unseen(no_bill(story))
    for bill in found:
        answer = settled(bill)
        if not is_unknown(bill.receipt):
            yield REOPENED.unseen("不詳の請求ではない")
        elif answer is None or answer[1].outcome != "returned":
            yield REOPENED.unseen("不詳の請求は返戻されていない")
        else:
            yield from (_reopened(answer[0].case), _reason(answer[0].case, answer[1]))


def _reopened(case: Case) -> Finding:
    state = handling(case).reopened
    if state is None:
        return REOPENED.unseen("handling.reopened が報告されていない")
    if state:
        return REOPENED.met("やり直せる状態になった")
    return REOPENED.broken("返戻されたのに、やり直せる状態にならない", "handling.reopened=False")


def _reason(case: Case, one: Settled) -> Finding:
    """The reason as it came, or words of the product's own; never another reason."""
    h = handling(case)
    if h.reasons is None and h.message is None:
        return REASON.unseen("handling.reasons が報告されていない")
    shown = plain("、".join((*(h.reasons or ()), h.message or "", *(h.warned or ()))))
    if not one.reason or plain(one.reason) in shown:
        return REASON.met(f"「{one.reason}」と示した")
    others = [r for r in _REASONS if r != one.reason and r in shown]
    if others:
        return REASON.broken(f"理由「{one.reason}」でなく「{others[0]}」と示した")
    if h.reasons:
        return REASON.unseen("製品の言葉で理由を示した")
    if h.reasons is None:
        return REASON.unseen("handling.reasons が報告されていない")
    return REASON.broken(f"返戻の理由「{one.reason}」が示されない", "handling.reasons=（なし）")

"""H55 Ways to go on are offered when the card check failed (``003:L200-204``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import offers_ways
from onshi.judge.findings import Half
from onshi.judge.look import handling, last_result
from onshi.judge.rules import rule

OFFER = Half("H55", "warn", "10割や読み直しのほかに、確認の方法を案内する")


@rule("H55")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    confirmed = answer is not None and answer.validity in ("1", "6")
    if confirmed and handling(case).status in (None, "valid", "valid_unregistered"):
        yield OFFER.unseen("カードで資格を確認できているか、状態が報告されていない")
        return
    yield offers_ways(case, OFFER)

"""H52 Face and PIN both fail: another way is offered, such as 目視 (``003:L698``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import handling, last_result, said, ways_on
from onshi.judge.rules import rule

GO_ON = Half("H52", "warn", "目視など別の方法を案内し、受付を行き止まりにしない")


@rule("H52")
def judge(case: Case) -> Iterator[Finding]:
    if last_result(case) is not None:
        yield GO_ON.unseen("本人確認が済み、回答が届いている")
        return
    text, ways = said(case), ways_on(case)
    if ways or (text is not None and "目視" in text):
        yield GO_ON.met("別の方法を案内した")
    elif text is None or handling(case).offered is None:
        yield GO_ON.unseen("handling.message と handling.offered の両方は報告されていない")
    else:
        yield GO_ON.broken("別の方法が案内されなかった")

"""H60 A limit bracket that does not fit the age is pointed out (``000:L81``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import as_chart, asked, handling, records, took_answer
from onshi.judge.rules import rule

WARN = Half("H60", "warn", "年齢に合わない限度額区分を知らせる")
_FROM = 70


@rule("H60")
def judge(case: Case) -> Iterator[Finding]:
    odd = [
        limit
        for r in records(case)
        if (limit := as_chart(r).limit)
        and limit.startswith("B")
        and case.visit.patient.age(case.date) < _FROM
        and r.coverage.qualification.plan != "kouki"
    ]
    h = handling(case)
    if not odd:
        yield WARN.unseen("年齢に合わない区分は送られていない")
    elif asked(case) or h.warned:
        yield WARN.met("尋ねた、または知らせた")
    elif asked(case) is None or h.warned is None or not took_answer(case):
        yield WARN.unseen("handling.asked と handling.warned の両方は報告されていない")
    else:
        yield WARN.broken("年齢に合わない区分を知らせなかった", "、".join(odd))

"""H42 Where the answer and the paper differ, the evidence is recorded (``002:L459``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import NUMBERS, as_chart, asked, handling, records, took_answer
from onshi.judge.rules import rule
from onshi.visit import Chart

SHOWN = Half("H42", "warn", "照会の結果と書類・カルテの違いを示す")
EVIDENCE = Half("H42", "warn", "どの根拠を採ったかを残す")


@rule("H42")
def judge(case: Case) -> Iterator[Finding]:
    stored = [case.visit.chart] if case.visit.chart is not None else []
    held = [*case.visit.papers.values(), *stored]
    sent = [as_chart(r) for r in records(case)]
    if not any(_differ(a, b) for a in sent for b in held):
        yield SHOWN.unseen("書類やカルテと番号の違う回答は送られていない")
        return
    if not took_answer(case):
        yield SHOWN.unseen("回答を受け取ったことが見えない")
        return
    h = handling(case)
    if asked(case) or h.warned:
        yield SHOWN.met("尋ねた、または知らせた")
    elif asked(case) is None or h.warned is None:
        yield SHOWN.unseen("handling.asked と handling.warned の両方は報告されていない")
    else:
        yield SHOWN.broken("違いを尋ねも知らせもしなかった")
    if h.evidence is None:
        yield EVIDENCE.unseen("handling.evidence が報告されていない")
    elif h.evidence:
        yield EVIDENCE.met("根拠: " + "、".join(h.evidence))
    else:
        yield EVIDENCE.broken("採った根拠が残っていない")


def _differ(a: Chart, b: Chart) -> bool:
    pairs = ((f, getattr(a, f), getattr(b, f)) for f in NUMBERS)
    return any(x and y and not same(f, x, y) for f, x, y in pairs)

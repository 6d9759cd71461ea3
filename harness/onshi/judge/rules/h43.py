"""H43 A late result belongs to the patient who asked (``000:L79``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import leak
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import (
    NUMBERS,
    WORDS,
    accepted,
    after,
    as_chart,
    documents_chosen,
    records,
)
from onshi.judge.rules import rule

PATIENT = Half("H43", "fail", "遅れて届いた結果を、次の患者に結び付けない")
SILENT = Half("H43", "warn", "書類で受け付けたあとの結果で、資格を黙って上書きしない")


@rule("H43")
def judge(case: Case) -> Iterator[Finding]:
    leaked = leak(case)
    if leaked:
        yield PATIENT.broken("前の患者の情報が次の患者のカルテにある", "、".join(leaked))
    elif leaked is None:
        yield PATIENT.unseen("次の患者の chart_after が見えない")
    elif not case.answers:
        yield PATIENT.unseen("遅れて届く回答がなかった")
    else:
        yield PATIENT.met("次の患者のカルテに前の患者の情報はない")
    yield _silent(case)


def _silent(case: Case) -> Finding:
    papers = [case.visit.papers[d] for d in documents_chosen(case) if d in case.visit.papers]
    if not papers:
        return SILENT.unseen("書類での受付が選ばれていない")
    sent = [as_chart(r) for r in records(case)]
    over, hidden = [], []
    for field in NUMBERS:
        value = after(case, field)
        other = [x for c in sent if (x := getattr(c, field)) not in (None, "")]
        if all(any(same(field, x, getattr(p, field)) for p in papers) for x in other):
            continue
        if value is None:
            hidden.append(WORDS[field])
        elif any(same(field, value, x) for x in other) and not any(
            same(field, value, getattr(p, field)) for p in papers
        ):
            over.append(WORDS[field])
    if not over and hidden:
        return SILENT.unseen("handling.chart_after に" + "・".join(hidden) + "がない")
    if over and accepted(case) is False:
        return SILENT.broken("受付済みの資格が、あとの結果で書き換わった", "・".join(over))
    if over:
        return SILENT.unseen("操作者が取り込みを選んだか、答えが見えない")
    return SILENT.met("受け付けた資格のまま")

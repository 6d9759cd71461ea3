"""H29 A corrected name survives the next ● (``003:L678``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import has_blackdot
from onshi.judge.findings import Half
from onshi.judge.look import (
    WORDS,
    accepted,
    after,
    as_chart,
    before,
    handling,
    records,
    took_answer,
)
from onshi.judge.rules import rule
from onshi.visit import Chart

NAME = Half("H29", "fail", "カルテで直した氏名を、●を含む氏名で上書きしない")
ADDRESS = Half("H29", "warn", "カルテの住所を、●を含む住所で上書きしない")
PAPERS = Half("H29", "warn", "書類に●を印字しない")


@rule("H29")
def judge(case: Case) -> Iterator[Finding]:
    sent = [as_chart(r) for r in records(case)]
    for field, half in (("name", NAME), ("address", ADDRESS)):
        # Where nothing was asked of us, the ● can only be what the product had of its own.
        texts = [getattr(c, field) for c in sent] or [after(case, field)]
        if any(isinstance(text, str) and has_blackdot(text) for text in texts):
            yield _kept(case, field, half)
        elif field == "name":
            yield half.unseen("●を含む氏名は送られていない")
    yield _printed(case, sent)


def _kept(case: Case, field: str, half: Half) -> Finding:
    old, new = before(case, field), after(case, field)
    if not isinstance(old, str) or not old or has_blackdot(old):
        return half.unseen(f"もとのカルテに直した{WORDS[field]}がない")
    if not isinstance(new, str):
        return half.unseen(f"handling.chart_after に{WORDS[field]}がない")
    if not has_blackdot(new):
        if not took_answer(case):
            return half.unseen("回答を受け取ったことが見えない")
        return half.met(f"{WORDS[field]}は「{new}」のまま")
    choice = accepted(case)
    if choice:
        return half.unseen("操作者が取り込みを選んだ")
    if choice is None:
        return half.unseen("質問への答えが見えない（visit.decide を通すと判定できる）")
    return half.broken(f"{WORDS[field]}が●を含むものに書き換わった", f"「{old}」→「{new}」")


def _printed(case: Case, sent: list[Chart]) -> Finding:
    papers = handling(case).documents
    known = [t for c in sent for t in (c.name, c.address)]
    known += [str(v) for f in ("name", "address") for v in (before(case, f), after(case, f))]
    if not any(text and has_blackdot(text) for text in known):
        return PAPERS.unseen("●を含む氏名・住所は送られていない")
    if not papers:
        return PAPERS.unseen("handling.documents が報告されていない")
    dotted = [p.kind for p in papers if has_blackdot(p.text)]
    if dotted:
        return PAPERS.broken("●のまま印字された", "、".join(dotted))
    return PAPERS.met("●のない書類: " + "、".join(p.kind for p in papers))

"""H56 A registered 公費 is not dropped because the answer has none (``002:L416``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import identifier
from onshi.judge.findings import Half
from onshi.judge.look import accepted, after, before, dropped, results, took_answer
from onshi.judge.rules import rule

KEPT = Half("H56", "fail", "登録済みの公費を消さない")


@rule("H56")
def judge(case: Case) -> Iterator[Finding]:
    yield _kept(case)


def _kept(case: Case) -> Finding:
    old, new = before(case, "public"), after(case, "public")
    if not isinstance(old, tuple) or not old:
        return KEPT.unseen("カルテに公費が登録されていない")
    if not results(case):
        return KEPT.unseen("回答が送られていない")
    if not isinstance(new, tuple):
        if not dropped(case, "public"):
            return KEPT.unseen("handling.chart_after に公費がない")
        new = ()
    lost = {identifier(x) for x in old} - {identifier(x) for x in new}
    if not lost:
        if not took_answer(case):
            return KEPT.unseen("回答を受け取ったことが見えない")
        return KEPT.met("公費は残っている")
    if accepted(case) is not False:
        return KEPT.unseen("操作者が取り込みを選んだか、答えが見えない")
    return KEPT.broken("登録済みの公費が消えた", "、".join(sorted(lost)))

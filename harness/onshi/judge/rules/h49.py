"""H49 Small and large kana are one person's (``003:L676``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import STATUS_WORDS
from onshi.judge.compare import fold_kana, kana
from onshi.judge.findings import Half
from onshi.judge.look import accepted, after, as_chart, before, handling, last_result, took_answer
from onshi.judge.rules import rule

MATCH = Half("H49", "warn", "小書きの有無だけの違いで不一致にしない")
KEPT = Half("H49", "warn", "カルテのカナを書き換えない")


@rule("H49")
def judge(case: Case) -> Iterator[Finding]:
    answer, old = last_result(case), before(case, "kana")
    sent = [as_chart(r).kana or "" for r in answer.records] if answer else []
    if not isinstance(old, str) or not any(_only_size(old, k) for k in sent):
        yield MATCH.unseen("小書きだけが違うカナは送られていない")
        return
    status = handling(case).status
    if status is None or not took_answer(case):
        yield MATCH.unseen("handling.status から回答の扱いが分からない")
    elif answer is not None and answer.validity == "1" and status in ("not_found", "multiple"):
        yield MATCH.broken("有効の回答を不一致として扱った", f"「{STATUS_WORDS[status]}」")
    else:
        yield MATCH.met(f"「{STATUS_WORDS[status]}」と示した")
    yield _kept(case, old)


def _only_size(a: str, b: str) -> bool:
    return kana(a) != kana(b) and fold_kana(a) == fold_kana(b)


def _kept(case: Case, old: str) -> Finding:
    new = after(case, "kana")
    if not isinstance(new, str):
        return KEPT.unseen("handling.chart_after にカナがない")
    if kana(new) == kana(old):
        if not took_answer(case):
            return KEPT.unseen("回答を受け取ったことが見えない")
        return KEPT.met(f"カナは「{new}」のまま")
    if accepted(case) is not False:
        return KEPT.unseen("操作者が取り込みを選んだか、答えが見えない")
    return KEPT.broken("カルテのカナが書き換わった", f"「{old}」→「{new}」")

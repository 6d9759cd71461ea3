"""H32 Several hits: list or ask, never take the first (``002:L177``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.choice import chosen_by_operator, not_picked
from onshi.judge.findings import Half
from onshi.judge.look import last_result
from onshi.judge.rules import rule

PICK = Half("H32", "fail", "複数該当で、先頭の候補を自動で選ばない")
ASK = Half("H32", "warn", "候補を示すか尋ね、決まるまで未解決とする")


@rule("H32")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if answer is None or answer.validity != "5":
        yield PICK.unseen("この来院で最後に送った回答は複数該当ではない")
        return
    yield not_picked(case, answer, PICK)
    yield chosen_by_operator(case, ASK)

"""H58 Two valid qualifications: show both, require a choice (``002:L339``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.choice import chosen_by_operator, not_picked
from onshi.judge.findings import Half
from onshi.judge.look import last_result
from onshi.judge.rules import rule

PICK = Half("H58", "fail", "二つの有効な資格から、並び順で選ばない")
ASK = Half("H58", "warn", "二つの資格を両方示し、選ばせる")
_WELFARE = "A1"


@rule("H58")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    medical = [
        r
        for r in (answer.records if answer else ())
        if r.coverage.qualification.card_class != _WELFARE and r.lost is None
    ]
    if answer is None or len(medical) < 2:
        yield PICK.unseen("二つの医療保険の資格を返す回答は送られていない")
        return
    yield not_picked(case, answer, PICK)
    yield chosen_by_operator(case, ASK)

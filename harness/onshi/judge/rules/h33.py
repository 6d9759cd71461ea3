"""H33 A chart is not linked by its name alone (``002:L181``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import right_person, show
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import handling
from onshi.judge.rules import rule

PERSON = Half("H33", "fail", "氏名だけで、同姓同名の別の患者のカルテに結び付けない")
OPENED = Half("H33", "fail", "初診の患者に、同姓同名の別人のカルテを開かない")


@rule("H33")
def judge(case: Case) -> Iterator[Finding]:
    yield right_person(case, PERSON)
    if case.visit.first_visit and case.visit.chart is None:
        yield _opened(case)


def _opened(case: Case) -> Finding:
    """A new patient has no chart: one that was there before, of another birth date, is not theirs.

    What it says afterwards does not show it: by then it may have been overwritten.
    """
    found = handling(case).chart_before
    if found is None or found.birthdate is None:
        return OPENED.unseen("handling.chart_before に生年月日がない")
    own = case.visit.patient.birthdate
    if same("birthdate", found.birthdate, own):
        return OPENED.met("開いたカルテの生年月日は本人のもの")
    return OPENED.broken(
        "別の患者のカルテを開き、書き換えたおそれがある",
        f"生年月日 {show(found.birthdate)}（本人は {show(own)}）",
    )

"""H33 A chart is not linked by its name alone (``002:L181``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import right_person
from onshi.judge.findings import Half
from onshi.judge.rules import rule

PERSON = Half("H33", "fail", "氏名だけで、同姓同名の別の患者のカルテに結び付けない")


@rule("H33")
def judge(case: Case) -> Iterator[Finding]:
    yield right_person(case, PERSON)

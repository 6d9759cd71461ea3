"""H09 The clinic may set the ordinary share instead of 10割 (``004:L97``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import share_honoured
from onshi.judge.findings import Half
from onshi.judge.rules import rule

SHARE = Half("H09", "fail", "医療機関が選んだ負担割合で会計し、10割に固定しない")


@rule("H09")
def judge(case: Case) -> Iterator[Finding]:
    yield share_honoured(case, SHARE)

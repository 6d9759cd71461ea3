"""H37 The fee while equipment is broken is that without a card (``004:L243``): context."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import fault_families, faults_struck
from onshi.judge.rules import rule

FEE = Half("H37", "context", "物理的な故障のときは、カードを利用しない場合の加算とする")


@rule("H37")
def judge(case: Case) -> Iterator[Finding]:
    if fault_families(case) & {"reader", "terminal"} and faults_struck(case):
        yield FEE.noted("機器の故障がある来院で、当時の扱いではカードを利用しない場合の加算になる")
    else:
        yield FEE.unseen("機器の故障は起きていない")

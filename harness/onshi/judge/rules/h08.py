"""H08 10割 is for narrow cases only (``004:L97``), never with a 資格確認書."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import full_charge
from onshi.judge.findings import Half
from onshi.judge.look import brought, handling, offered
from onshi.judge.rules import rule

NARROW = Half("H08", "warn", "確認の手段がある患者に10割を求めない")
BASIC = Half("H08", "warn", "カードも書類もない初診では10割を基本として案内する")


@rule("H08")
def judge(case: Case) -> Iterator[Finding]:
    if brought(case):
        yield full_charge(case, NARROW)
        return
    yield NARROW.unseen("この日に有効な書類を患者が持っていない")
    if "card" in case.visit.brings or not case.visit.first_visit:
        return
    ways, share = offered(case), handling(case).copay_percent
    if share == 100 or (ways is not None and "ten_wari" in ways):
        yield BASIC.met("10割を案内した")
    elif share is not None:
        yield BASIC.unseen("医療機関の判断で10割にしないことも認められている")
    elif handling(case).offered is None:
        yield BASIC.unseen("handling.offered が報告されていない")
    else:
        yield BASIC.broken("10割という扱いが案内されなかった")

"""H08 10割 is for narrow cases only (``004:L97``), never with a 資格確認書."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import full_charge
from onshi.judge.findings import Half
from onshi.judge.look import brought, documents_chosen, handling, last_result, offered
from onshi.judge.rules import rule

NARROW = Half("H08", "warn", "確認の手段がある患者に10割を求めない")
BASIC = Half("H08", "warn", "カードも書類もない初診では10割を基本として案内する")

_PORTAL = "マイナポータル"


@rule("H08")
def judge(case: Case) -> Iterator[Finding]:
    if _confirms(case):
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


def _confirms(case: Case) -> bool:
    """Whether the patient can show it otherwise; the portal knows no more than the answer did."""
    papers, answer = brought(case), last_result(case)
    if answer is None or answer.validity not in ("2", "3", "4"):
        return bool(papers)
    return any(d != _PORTAL or d in documents_chosen(case) for d in papers)

"""H51 Carries on: returns at all, stays alive, leaks nothing (``000:L82``, ``003:L738``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import leak
from onshi.judge.findings import Half
from onshi.judge.look import faults_struck, handling, touched
from onshi.judge.rules import rule

RETURNS = Half("H51", "fail", "障害のときも受付の処理が必ず戻る")
ALIVE = Half("H51", "fail", "障害のあとも画面が操作できる")
LEAK = Half("H51", "fail", "前の患者の情報を次の患者に持ち込まない")
LIMIT = Half("H51", "warn", "メーカーの決めた時間のうちに戻る")
_WORK = {"visit": "受付", "claim": "請求", "returns": "返戻の取り込み"}


@rule("H51")
def judge(case: Case) -> Iterator[Finding]:
    if not case.returned:
        work = _WORK[case.visit.purpose]
        yield RETURNS.broken(f"{work}の処理が、待つことのできる時間のうちに戻らなかった")
    elif not touched(case):
        yield RETURNS.unseen("製品が何かをしたことが見えない")
    elif not faults_struck(case):
        yield RETURNS.unseen("障害が起きる前に受付が終わった")
    else:
        yield RETURNS.met("受付の処理が戻った")
    yield _alive(case)
    if case.next_visit is not None:
        yield _leak(case)
    if "answer" in case.limits:
        yield _in_time(case, case.limits["answer"])


def _alive(case: Case) -> Finding:
    if case.alive is None:
        return ALIVE.unseen("アダプターに alive() がない")
    if not case.alive:
        return ALIVE.broken("障害のあと、画面が操作できなくなった", "alive()=False")
    if not touched(case) or not faults_struck(case):
        return ALIVE.unseen("障害が起きたことが見えない")
    return ALIVE.met("画面は操作できる")


def _leak(case: Case) -> Finding:
    leaked = leak(case)
    if leaked is None:
        return LEAK.unseen("次の患者の chart_after が報告されていない")
    if leaked:
        return LEAK.broken("前の患者の情報が次の患者のカルテにある", "、".join(leaked))
    return LEAK.met("次の患者のカルテに前の患者の情報はない")


def _in_time(case: Case, limit: float) -> Finding:
    took = handling(case).elapsed
    if took is None:
        return LIMIT.unseen("handling.elapsed が報告されていない")
    if took > limit:
        return LIMIT.broken(f"決めた {limit:g} 秒を超えた", f"{took:g} 秒")
    return LIMIT.met(f"{took:g} 秒で戻った")

"""H40 Every 後期高齢者 has a 資格確認書 until 2026-07-31 (``003:L316``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import documents_chosen, handling, last_result, offered, scheme
from onshi.judge.rules import rule

HAS_ONE = Half("H40", "warn", "後期高齢者には、マイナ保険証があっても資格確認書での確認を案内する")


@rule("H40")
def judge(case: Case) -> Iterator[Finding]:
    answer, ways = last_result(case), offered(case)
    if scheme(case) != "kouki":
        yield HAS_ONE.unseen("後期高齢者医療の患者ではない")
    elif answer is not None and answer.validity in ("1", "6"):
        yield HAS_ONE.unseen("照会で資格を確認できている")
    elif "資格確認書" in documents_chosen(case) or (ways is not None and "kakuninsho" in ways):
        yield HAS_ONE.met("資格確認書での確認を案内した")
    elif handling(case).offered is None:
        yield HAS_ONE.unseen("handling.offered が報告されていない")
    else:
        yield HAS_ONE.broken(
            "資格確認書がないものとして扱った",
            "handling.offered=" + ("、".join(handling(case).offered or ()) or "（なし）"),
        )

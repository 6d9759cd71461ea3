"""H02 資格情報なし: unregistered or being checked, not lost (``004:L71``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import full_charge, keeps_numbers, offers_ways, shown_as
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import after, clean, handling, last_result
from onshi.judge.rules import rule

SHOWN = Half("H02", "fail", "資格情報なしを、資格の喪失と区別して未登録または確認中と示す")
CHART = Half("H02", "fail", "カルテの保険情報を自動で消したり書き換えたりしない")
MADE = Half("H02", "warn", "誰も示していない番号で保険情報を作らない")
CHARGE = Half("H02", "warn", "自動で10割にしない")
WAYS = Half("H02", "warn", "次に取れる確認の方法を案内する")


@rule("H02")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if answer is None or answer.validity != "4":
        yield SHOWN.unseen("この来院で最後に送った回答は該当資格なしではない")
        return
    if handling(case).status == "pending" and clean(case, answer):
        yield SHOWN.met("「確認中」と示した")
    else:
        yield shown_as(case, SHOWN, answer, frozenset({"not_found"}))
    yield keeps_numbers(case, CHART)
    if case.visit.chart is None:
        yield _made(case)
    yield full_charge(case, CHARGE)
    yield offers_ways(case, WAYS)


def _made(case: Case) -> Finding:
    """A new chart's number comes from a paper, or from what was typed for the inquiry."""
    number = after(case, "number")
    given = [case.visit.inquiry.get("InsuredIdentificationNumber")]
    given += [paper.number for paper in case.visit.papers.values()]
    if number is None:
        return MADE.unseen("handling.chart_after に番号がない")
    if number == "":
        return MADE.met("番号は空欄のまま")
    if any(same("number", number, known) for known in given if known):
        return MADE.met("書類または入力された番号である")
    if case.visit.asked or handling(case).asked:
        return MADE.unseen("操作者が入れた番号かもしれない")
    return MADE.broken("情報なしなのに、誰も示していない番号が入った", f"番号 {number}")

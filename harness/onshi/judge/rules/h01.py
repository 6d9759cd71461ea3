"""H01 資格（無効）: shown as such, the chart's insurance left alone (``004:L70``, ``004:L105``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.common import full_charge, keeps_numbers, offers_ways, shown_as
from onshi.judge.findings import Half
from onshi.judge.look import last_result
from onshi.judge.rules import rule

SHOWN = Half("H01", "fail", "資格（無効）を、資格情報なしや有効と区別して示す")
CHART = Half("H01", "fail", "カルテの保険情報を自動で消したり書き換えたりしない")
CHARGE = Half("H01", "warn", "自動で10割にしない")
WAYS = Half("H01", "warn", "次に取れる確認の方法を案内する")


@rule("H01")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if answer is None or answer.validity not in ("2", "3"):
        yield SHOWN.unseen("この来院で最後に送った回答は資格（無効）ではない")
        return
    yield shown_as(case, SHOWN, answer, frozenset({"invalid", "invalid_new"}))
    yield keeps_numbers(case, CHART)
    yield full_charge(case, CHARGE)
    yield offers_ways(case, WAYS)

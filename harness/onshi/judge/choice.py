"""Several candidates in one answer: was one of them taken without the operator's choice?"""

from __future__ import annotations

from onshi.judge.case import Case, Finding
from onshi.judge.common import STATUS_WORDS, show
from onshi.judge.compare import same
from onshi.judge.findings import Half
from onshi.judge.look import (
    accepted,
    after,
    as_chart,
    asked,
    before,
    documents_chosen,
    handling,
    operator_answers,
    took_answer,
)
from onshi.seams import Answer
from onshi.visit import Chart

__all__ = ["chosen_by_operator", "not_picked"]


def not_picked(case: Case, answer: Answer, half: Half) -> Finding:
    """No candidate's numbers reach the chart, and nothing is called valid, without a choice.

    Numbers that the clinic had before (chart, papers, what it asked with) are not picked.
    """
    status = handling(case).status
    taken = _taken(case, answer)
    resolved = status in ("valid", "valid_unregistered")
    if not taken and not resolved:
        if status is None and after(case, "number") is None:
            return half.unseen("handling.status も handling.chart_after の番号も報告されていない")
        if not took_answer(case):
            return half.unseen("回答を受け取ったことが見えない")
        return half.met(f"未解決のまま（{STATUS_WORDS.get(status or '', '状態の報告なし')}）")
    choice = True if _chose(case) else accepted(case)
    if choice:
        return half.met("操作者が選んだ")
    if choice is None:
        return half.unseen("質問への答えが見えない（visit.decide を通すと判定できる）")
    if taken:
        return half.broken(
            "選ばれていない候補がカルテに入った", f"{show(taken.name)}、番号 {show(taken.number)}"
        )
    if _matches_chart(case, answer):
        return half.unseen("カルテの番号と同じ候補が残り、並び順で選んだかは分からない")
    return half.broken("選ばれていないのに「有効」と示した", f"handling.status={status}")


def chosen_by_operator(case: Case, half: Half) -> Finding:
    """The candidates are put before the operator, or the visit stays unresolved."""
    if asked(case):
        return half.met("尋ねた")
    status = handling(case).status
    if status == "multiple":
        return half.met("複数該当のままにした")
    if asked(case) is None or status is None or not took_answer(case):
        return half.unseen("handling.asked か handling.status が報告されていない")
    return half.broken("候補を示さず、尋ねもしなかった", f"「{STATUS_WORDS[status]}」と示した")


def _chose(case: Case) -> bool:
    return bool(documents_chosen(case)) or "keep_chart" in operator_answers(case)


def _taken(case: Case, answer: Answer) -> Chart | None:
    """The candidate whose numbers, or whose name, are new in the chart."""
    insurer, number = after(case, "insurer_number"), after(case, "number")
    swapped = _swapped(case, answer)
    if swapped is not None:
        return swapped
    if number in (None, ""):
        return None
    for record in answer.records:
        sent = as_chart(record)
        if not same("number", number, sent.number):
            continue
        if insurer is not None and not same("insurer_number", insurer, sent.insurer_number):
            continue
        if not _had(case, sent):
            return sent
    return None


def _swapped(case: Case, answer: Answer) -> Chart | None:
    """The candidate who is somebody else (a twin) and whose kana are now in the chart."""
    kana = after(case, "kana")
    own = (case.visit.patient.kana, _text(before(case, "kana")) or "")
    if not isinstance(kana, str) or any(same("kana", kana, k) for k in own):
        return None
    found = (as_chart(r) for r in answer.records)
    return next((c for c in found if same("kana", kana, c.kana)), None)


def _had(case: Case, sent: Chart) -> bool:
    """Whether the clinic knew these numbers before it asked."""
    query = case.visit.inquiry
    known = [
        Chart(
            insurer_number=query.get("InsurerNumber"),
            number=query.get("InsuredIdentificationNumber"),
        ),
        *case.visit.papers.values(),
    ]
    known.append(
        Chart(
            insurer_number=_text(before(case, "insurer_number")),
            number=_text(before(case, "number")),
        )
    )
    return any(
        same("number", c.number, sent.number)
        and same("insurer_number", c.insurer_number, sent.insurer_number)
        for c in known
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _matches_chart(case: Case, answer: Answer) -> bool:
    return any(_had(case, as_chart(record)) for record in answer.records)

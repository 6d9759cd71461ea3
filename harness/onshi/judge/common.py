"""Halves that several rules share: the chart kept, the share honoured, nothing leaked."""

from __future__ import annotations

from datetime import date

from onshi.judge.case import Case, Finding
from onshi.judge.compare import fold_kana, means_invalid, same
from onshi.judge.findings import Half
from onshi.judge.look import (
    NUMBERS,
    WORDS,
    accepted,
    after,
    as_chart,
    before,
    brought,
    changed,
    clean,
    copay_chosen,
    documents_chosen,
    handling,
    last_result,
    operator_answers,
    records,
    results,
    took_answer,
    unseen_questions,
    ways_on,
)
from onshi.seams import Answer
from onshi.visit import Chart, Visit

__all__ = [
    "STATUS_WORDS",
    "full_charge",
    "keeps_numbers",
    "leak",
    "never_invalid",
    "offers_ways",
    "right_person",
    "share_honoured",
    "show",
    "shown_as",
]

STATUS_WORDS = {
    "valid": "有効",
    "invalid": "資格（無効）",
    "invalid_new": "資格（無効・新しい資格あり）",
    "not_found": "資格情報なし",
    "multiple": "複数該当",
    "valid_unregistered": "有効（未登録）",
    "request_error": "照会エラー",
    "pending": "確認中",
    "device_unusable": "機器が使えない",
    "system_unreachable": "システムに届かない",
}
_SILENT = frozenset({"request_error", "device_unusable", "system_unreachable"})


def show(value: object) -> str:
    """A value as a reader of the report sees it."""
    if value in (None, ""):
        return "（なし）"
    return value.isoformat() if isinstance(value, date) else str(value)


def shown_as(case: Case, half: Half, answer: Answer, good: frozenset[str]) -> Finding:
    """Whether the product shows the result it was sent as what it is.

    "valid" after the operator confirmed by a document, and silence after an answer that was
    late or tampered with, tell nothing.
    """
    status = handling(case).status
    if status is None:
        return half.unseen("handling.status が報告されていない")
    seen = STATUS_WORDS[status]
    if status in good:
        return half.met(f"「{seen}」と示した")
    if status == "pending" or (status in _SILENT and not clean(case, answer)):
        return half.unseen(f"「{seen}」では、回答を受け取ったかどうか分からない")
    if status == "valid" and (documents_chosen(case) or accepted(case) is not False):
        return half.unseen("操作者の判断のあとの「有効」では、回答の扱いが分からない")
    return half.broken(f"送った回答と違う状態を示した（「{seen}」）", f"handling.status={status}")


def keeps_numbers(case: Case, half: Half) -> Finding:
    """The chart's 保険者番号, 記号, 番号 are neither dropped nor overwritten by themselves."""
    if case.visit.chart is None and handling(case).chart_before is None:
        return half.unseen("カルテのない初診である")
    states = {field: changed(case, field) for field in NUMBERS}
    moved = [field for field, state in states.items() if state]
    if not moved:
        missing = [f for f in NUMBERS if states[f] is None and before(case, f) not in (None, "")]
        if missing or all(state is None for state in states.values()):
            what = "・".join(WORDS[f] for f in missing or NUMBERS)
            return half.unseen(f"handling.chart_after に{what}がない")
        if not took_answer(case):
            return half.unseen("回答を受け取ったことが見えない")
        return half.met("カルテの番号はそのまま残っている")
    choice = accepted(case)
    gone = [field for field in moved if after(case, field) in (None, "")]
    if choice or (documents_chosen(case) and not gone):
        return half.unseen("操作者の選択でカルテの番号が変わった")
    if choice is None:
        return half.unseen("質問への答えが見えない（visit.decide を通すと判定できる）")
    what = "・".join(WORDS[field] for field in moved)
    verb = "消えた" if gone else "書き換わった"
    return half.broken(
        f"操作者の判断なしに、カルテの{what}が{verb}",
        "、".join(f"{WORDS[f]} {show(before(case, f))} → {show(after(case, f))}" for f in moved),
    )


def full_charge(case: Case, half: Half) -> Finding:
    """10割 is charged only because the operator chose it."""
    share = handling(case).copay_percent
    if share is None:
        return half.unseen("handling.copay_percent が報告されていない")
    if share != 100:
        return half.met(f"{share}% で会計した")
    if copay_chosen(case) == 100:
        return half.met("操作者が10割を選んだ")
    if before(case, "copay_percent") == 100:
        return half.unseen("もとのカルテが10割だった")
    if unseen_questions(case):
        return half.unseen("質問への答えが見えない（visit.decide を通すと判定できる）")
    return half.broken("操作者が選んでいないのに10割になった", "handling.copay_percent=100")


def offers_ways(case: Case, half: Half) -> Finding:
    """At least one useful way to confirm the qualification otherwise is offered."""
    ways = ways_on(case)
    if ways:
        return half.met("案内した方法: " + "、".join(sorted(ways)))
    if handling(case).offered is None:
        return half.unseen("handling.offered が報告されていない")
    return half.broken(
        "10割のほかに確認の方法が案内されなかった",
        "handling.offered=" + ("、".join(handling(case).offered or ()) or "（なし）"),
    )


def share_honoured(case: Case, half: Half) -> Finding:
    """The share that the operator chose, or the document stands for, is what is charged."""
    share, chosen = handling(case).copay_percent, copay_chosen(case)
    confirmed = [d for d in documents_chosen(case) if d in brought(case)]
    if chosen is None and not confirmed:
        return half.unseen("操作者が負担割合も書類も選んでいない")
    if share is None:
        return half.unseen("handling.copay_percent が報告されていない")
    if chosen is not None:
        if share == chosen:
            return half.met(f"選ばれた {chosen}% で会計した")
        if share in _learnt_later(case):
            return half.unseen(f"選ばれた {chosen}% のあとに、{share}% と分かった")
        return half.broken(
            f"操作者は {chosen}% を選んだのに {share}% になった", f"handling.copay_percent={share}"
        )
    if share == 100:
        return half.broken(
            f"{confirmed[0]}で確認したのに10割になった", "handling.copay_percent=100"
        )
    return half.met(f"{confirmed[0]}で確認し、{share}% で会計した")


def _learnt_later(case: Case) -> set[int]:
    """Shares other than the one chosen that a sound answer or a paper chosen after it gives."""
    answer, said = last_result(case), operator_answers(case)
    last = max((i for i, a in enumerate(said) if a.startswith("copay:")), default=-1)
    names = [a.partition(":")[2] for a in said[last + 1 :] if a.startswith("document:")]
    found = [case.visit.papers[n].copay_percent for n in names if n in case.visit.papers]
    if answer is not None and answer.validity in ("1", "6"):
        found += [as_chart(r).copay_percent for r in answer.records]
    return {share for share in found if share is not None}


def never_invalid(case: Case, half: Half) -> list[Finding]:
    """A fault of card, device or line is neither shown nor stored as 無効 or 情報なし."""
    if {a.validity for a in results(case)} & {"2", "3", "4"}:
        return [half.unseen("無効または該当なしの回答を実際に送った")]
    found = []
    status = handling(case).status
    if status is None:
        found.append(half.unseen("handling.status が報告されていない"))
    elif status in ("invalid", "invalid_new", "not_found"):
        found.append(
            half.broken(
                f"無効の回答は来ていないのに「{STATUS_WORDS[status]}」と示した",
                f"handling.status={status}",
            )
        )
    elif status == "valid" and not _confirmed(case):
        found.append(half.unseen("有効の回答も書類での確認もないのに「有効」と示された"))
    else:
        found.append(half.met(f"「{STATUS_WORDS[status]}」と示した"))
    old, new = before(case, "status"), after(case, "status")
    if not isinstance(new, str):
        found.append(half.unseen("handling.chart_after に資格の状態がない"))
    elif means_invalid(new):
        if isinstance(old, str) and means_invalid(old):
            found.append(half.unseen("カルテはもとから無効の状態だった"))
        else:
            found.append(
                half.broken("カルテの資格の状態が無効に変わった", f"chart_after.status={new}")
            )
    return found


def _confirmed(case: Case) -> bool:
    answer = last_result(case)
    return bool(documents_chosen(case)) or (
        answer is not None and answer.validity in ("1", "5", "6")
    )


def right_person(case: Case, half: Half) -> Finding:
    """The chart's kana and birth date are this patient's, as known or as sent for them.

    Kana alone tell a namesake from nobody: without the birth date nothing is met.
    """
    patient, sent = case.visit.patient, [as_chart(r) for r in records(case)]
    stored = [case.visit.chart] if case.visit.chart is not None else []
    own = [Chart(kana=patient.kana, birthdate=patient.birthdate), *stored, *sent]
    for field in ("birthdate", "kana"):
        value = after(case, field)
        if value in (None, ""):
            continue
        if field == "kana" and isinstance(value, str):
            fits = any(fold_kana(value) == fold_kana(c.kana or "") for c in own)
        else:
            fits = any(same(field, value, getattr(c, field)) for c in own)
        if not fits:
            return half.broken(
                "別の患者のカルテに結び付いた",
                f"{WORDS[field]} {show(value)}（本人は {show(getattr(patient, field))}）",
            )
    if after(case, "birthdate") is None:
        return half.unseen("handling.chart_after に生年月日がない")
    return half.met("カルテの生年月日は本人のもの")


# --------------------------------------------------------------------- next patient
def leak(case: Case) -> list[str] | None:
    """What of this patient appears in the next patient's chart; None when that is not seen.

    A value that the next patient has as well (the same insurer) is no leak.
    """
    if case.next_visit is None or case.next_handling is None:
        return None
    shown = case.next_handling.chart_after
    if shown is None:
        return None
    mine = _known(case.visit)
    mine += [as_chart(r) for a in results(case) for r in a.records]
    theirs = _known(case.next_visit)
    found, compared = [], False
    for field in ("name", "kana", "birthdate", "insurer_number", "number"):
        value = getattr(shown, field)
        own = [x for c in theirs if (x := getattr(c, field)) not in (None, "")]
        if value in (None, "") or not own:
            continue
        compared = True
        if any(same(field, value, x) for x in own):
            continue
        if any(same(field, value, getattr(c, field)) for c in mine):
            found.append(f"{WORDS[field]} {show(value)}")
    return found if compared else None


def _known(visit: Visit) -> list[Chart]:
    """What is known of a patient before any answer: person, chart, papers, inquiry."""
    p, q = visit.patient, visit.inquiry
    person = Chart(name=p.name, kana=p.kana, birthdate=p.birthdate)
    inquiry = Chart(
        insurer_number=q.get("InsurerNumber"), number=q.get("InsuredIdentificationNumber")
    )
    stored = [visit.chart] if visit.chart is not None else []
    return [person, inquiry, *stored, *visit.papers.values()]

"""H07 A known patient says that nothing has changed: as good as a declaration (``004:L93``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import (
    before,
    documents_chosen,
    handling,
    last_result,
    offered,
    operator_answers,
)
from onshi.judge.rules import rule

OFFER = Half("H07", "warn", "再診では、口頭で確かめた過去の来院情報でも受け付けられる")
RECORD = Half("H07", "warn", "口頭で確かめたことを根拠として残す")
_AS_RECORDED = frozenset({"past_visit", "moushitatesho"})


@rule("H07")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    if case.visit.first_visit or before(case, "number") in (None, ""):
        yield OFFER.unseen("過去の来院で知った資格がない")
    elif answer is not None:
        yield OFFER.unseen("照会の結果が届いている")
    else:
        yield _offer(case)
        yield _record(case)


def _offer(case: Case) -> Finding:
    ways = offered(case)
    if ways is not None and "past_visit" in ways:
        return OFFER.met("過去の来院情報での受付を案内した")
    if handling(case).offered is None:
        return OFFER.unseen("handling.offered が報告されていない")
    return OFFER.broken(
        "過去の来院情報での受付が案内されなかった",
        "handling.offered=" + ("、".join(handling(case).offered or ()) or "（なし）"),
    )


def _record(case: Case) -> Finding:
    kept = handling(case).evidence
    if documents_chosen(case) or not {"keep_chart", "past_visit"} & set(operator_answers(case)):
        return RECORD.unseen("操作者が過去の来院情報を選んでいない")
    if kept is None:
        return RECORD.unseen("handling.evidence が報告されていない")
    if _AS_RECORDED & set(kept):
        return RECORD.met("口頭での確認を残した")
    return RECORD.broken(
        "過去の来院情報で受け付けたことが残っていない",
        "handling.evidence=" + ("、".join(kept) or "（なし）"),
    )

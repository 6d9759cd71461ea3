"""H06 被保険者資格申立書: offered to a patient who has only the card (``004:L93``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import (
    brought,
    copay_chosen,
    documents_chosen,
    handling,
    last_result,
    offered,
)
from onshi.judge.rules import rule

OFFER = Half("H06", "warn", "書類のない患者に被保険者資格申立書を案内する")
SHARE = Half("H06", "warn", "申立書を出した患者は、申し立てた割合で会計する")


@rule("H06")
def judge(case: Case) -> Iterator[Finding]:
    yield _offer(case)
    yield _share(case)


def _offer(case: Case) -> Finding:
    answer, ways = last_result(case), offered(case)
    if "card" not in case.visit.brings or brought(case):
        return OFFER.unseen("カードだけを持つ患者ではない")
    if answer is not None and answer.validity in ("1", "6"):
        return OFFER.unseen("カードで資格を確認できている")
    if ways is not None and "moushitatesho" in ways:
        return OFFER.met("申立書を案内した")
    if handling(case).offered is None:
        return OFFER.unseen("handling.offered が報告されていない")
    if ways is not None and "past_visit" in ways and not case.visit.first_visit:
        return OFFER.unseen("口頭で確かめた過去の来院情報は、申立書とみなせる")
    return OFFER.broken(
        "申立書が案内されなかった",
        "handling.offered=" + ("、".join(handling(case).offered or ()) or "（なし）"),
    )


def _share(case: Case) -> Finding:
    share = handling(case).copay_percent
    if "被保険者資格申立書" not in documents_chosen(case):
        return SHARE.unseen("申立書が選ばれていない")
    if share is None:
        return SHARE.unseen("handling.copay_percent が報告されていない")
    if share == 100 and copay_chosen(case) != 100:
        return SHARE.broken("申立書を出したのに10割になった", "handling.copay_percent=100")
    return SHARE.met(f"{share}% で会計した")

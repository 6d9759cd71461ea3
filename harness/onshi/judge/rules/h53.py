"""H53 Who cannot come to the reader is received by the papers alone (``004:L186``)."""

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
from onshi.visit import RESPONSE_OF_DOCUMENT

PAPERS = Half("H53", "warn", "カードを読めない患者を、有効な書類だけで受け付けられる")


@rule("H53")
def judge(case: Case) -> Iterator[Finding]:
    papers = [d for d in brought(case) if d in case.visit.papers]
    if last_result(case) is not None:
        yield PAPERS.unseen("照会の結果が届いている")
    elif not papers:
        yield PAPERS.unseen("この日に有効な書類を患者が持っていない")
    elif any(d in papers for d in documents_chosen(case)):
        yield _received(case)
    else:
        yield _offered(case, {RESPONSE_OF_DOCUMENT[d] for d in papers})


def _received(case: Case) -> Finding:
    """The operator went by the paper: it has to be enough."""
    share = handling(case).copay_percent
    if share is None:
        return PAPERS.unseen("handling.copay_percent が報告されていない")
    if share == 100 and copay_chosen(case) != 100:
        return PAPERS.broken("書類で確認したのに10割になった", "handling.copay_percent=100")
    return PAPERS.met(f"書類だけで受け付け、{share}% で会計した")


def _offered(case: Case, good: set[str]) -> Finding:
    ways = offered(case)
    if ways is not None and ways & good:
        return PAPERS.met("書類での受付を案内した")
    if handling(case).offered is None:
        return PAPERS.unseen("handling.offered が報告されていない")
    return PAPERS.broken(
        "書類だけで受け付ける方法が案内されなかった",
        "handling.offered=" + ("、".join(handling(case).offered or ()) or "（なし）"),
    )

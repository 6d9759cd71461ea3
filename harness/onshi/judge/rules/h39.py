"""H39 The provisional measures until 2026-03-31 (``003:L260``, ``003:L266``).

Acceptance is tied to an inquiry by the numbers: only where that says valid can a refusal be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import (
    copay_chosen,
    documents_chosen,
    fault_families,
    handling,
    inquired,
    last_result,
    offered,
    said,
    scheme,
    took_answer,
    unseen_questions,
)
from onshi.judge.papers import KNOWN_ON, PROVISIONAL_END, provisional
from onshi.judge.rules import rule
from onshi.visit import RESPONSE_OF_DOCUMENT

ACCEPT = Half(
    "H39",
    "warn",
    "暫定措置の間は、期限切れの健康保険証やお知らせだけでも、番号の照会と合わせて受け付ける",
)
ENDED = Half("H39", "warn", "暫定措置のあとは、それだけで資格を確認したことにしない")
_PAPERS = ("健康保険証", "資格情報のお知らせ")
_BETTER = {"card", "phone", "マイナポータル", "資格確認書"}
_LINE = {"wire", "file", "inquiry"}
_ABOUT_END = re.compile(r"期限|暫定|経過措置|終了|使えま|使えな|だけで|のみで|単独")


@rule("H39")
def judge(case: Case) -> Iterator[Finding]:
    papers = [d for d in _PAPERS if d in case.visit.brings]
    if not papers or _BETTER & set(case.visit.brings):
        yield ACCEPT.unseen("健康保険証・お知らせだけの患者ではない")
    elif provisional(scheme(case), case.date):
        yield _accepted(case, papers)
    elif case.date > PROVISIONAL_END:
        yield _ended(case, papers)
    else:
        yield ACCEPT.unseen(f"{case.date} は、この患者の制度では暫定措置の前である")


def _accepted(case: Case, papers: list[str]) -> Finding:
    answer, h = last_result(case), handling(case)
    good = {RESPONSE_OF_DOCUMENT[d] for d in papers}
    if answer is None and not inquired(case):
        return _not_asked(case, papers, good)
    if answer is None or answer.validity not in ("1", "6"):
        return ACCEPT.unseen("番号の照会で有効と確かめられておらず、断ってよい")
    if h.status in ("valid", "valid_unregistered"):
        if h.copay_percent == 100 and copay_chosen(case) != 100 and not unseen_questions(case):
            return ACCEPT.broken("照会で有効なのに10割になった", "handling.copay_percent=100")
        return ACCEPT.met("番号の照会と合わせて受け付けた")
    if set(documents_chosen(case)) & set(papers) or (offered(case) or set()) & good:
        return ACCEPT.met("、".join(papers) + "での受付を案内した")
    if h.status is None or h.offered is None or not took_answer(case):
        return ACCEPT.unseen("handling.status か handling.offered から受付の扱いが分からない")
    return ACCEPT.broken(
        "照会で有効なのに受け付けなかった",
        f"handling.status={h.status}、offered=" + ("、".join(h.offered) or "（なし）"),
    )


def _not_asked(case: Case, papers: list[str], good: set[str]) -> Finding:
    """Nothing was asked of the system, although a line was there and sound."""
    if (offered(case) or set()) & good or set(documents_chosen(case)) & set(papers):
        return ACCEPT.met("、".join(papers) + "での受付を案内した")
    if not case.surfaces & {"webapi", "folder"} or fault_families(case) & _LINE:
        return ACCEPT.unseen("番号で照会できる状況ではない")
    if handling(case).offered is None:
        return ACCEPT.unseen("handling.offered が報告されていない")
    return ACCEPT.broken("番号の照会もせずに受け付けなかった")


def _ended(case: Case, papers: list[str]) -> Finding:
    kept, text = handling(case).evidence, said(case)
    good = {RESPONSE_OF_DOCUMENT[d] for d in papers}
    if kept is None:
        return ENDED.unseen("handling.evidence が報告されていない")
    if not set(kept) & good:
        return ENDED.met("それだけを根拠にしていない")
    if set(kept) - good:
        return ENDED.unseen("ほかの根拠もある")
    if text is not None and _ABOUT_END.search(text):
        return ENDED.met("期限や暫定措置の終わりを知らせた")
    if text is None or handling(case).warned is None:
        return ENDED.unseen("handling.message と handling.warned の両方は報告されていない")
    return ENDED.broken(
        f"{KNOWN_ON} に知られている終わりの日のあとに、それだけで確認したことになった",
        "handling.evidence=" + "、".join(kept),
    )

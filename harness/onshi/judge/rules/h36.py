"""H36 The portal is shown on the patient's own phone (``004:L209``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import documents_chosen, handling, said, unseen_questions
from onshi.judge.rules import rule

OWN = Half("H36", "warn", "患者自身の端末に示された画面だけを、ポータルでの確認として残す")
LOGIN = Half("H36", "warn", "医療機関の端末でのログインを勧めない")
_PORTAL = "マイナポータル"
_PHONES = {"phone", _PORTAL}
_OURS = re.compile(
    r"(医療機関|当院|院内|受付|窓口|薬局|貸し?出し?用?)の?"
    r"(スマートフォン|スマホ|携帯|端末|パソコン|ＰＣ|PC|タブレット)[^。\n]*ログイン(?P<rest>[^。\n]*)"
)
_NOT = re.compile(r"ない|せず|ません|禁|遠慮|避け|控え")


@rule("H36")
def judge(case: Case) -> Iterator[Finding]:
    yield _own(case)
    yield _login(case)


def _own(case: Case) -> Finding:
    kept = handling(case).evidence
    if kept is None:
        return OWN.unseen("handling.evidence が報告されていない")
    if "portal" not in kept:
        return OWN.unseen("マイナポータルの画面は根拠になっていない")
    if _PHONES & set(case.visit.brings):
        return OWN.met("患者自身の端末に示された画面を根拠とした")
    if _PORTAL in documents_chosen(case) or unseen_questions(case):
        return OWN.unseen("操作者がマイナポータルの画面を選んだか、答えが見えない")
    return OWN.broken(
        "患者が端末を持っていないのに、ポータルで確認したことになっている",
        "handling.evidence=" + "、".join(kept),
    )


def _login(case: Case) -> Finding:
    text = said(case)
    if text is None:
        return LOGIN.unseen("handling.message も handling.warned も報告されていない")
    if "ポータル" not in text:
        return LOGIN.unseen("マイナポータルの案内はなかった")
    for found in _OURS.finditer(text):
        if not _NOT.search(found["rest"]):
            return LOGIN.broken("医療機関の端末でのログインを勧めた", found[0])
    return LOGIN.met("医療機関の端末でのログインは勧めていない")

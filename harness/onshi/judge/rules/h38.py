"""H38 What the patient is told when nothing was found (``004:L156``): context."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.look import handling, last_result, said
from onshi.judge.rules import rule

NOTICE = Half(
    "H38", "context", "登録中または確認中であることと、保険者に問い合わせられることを知らせる"
)
_STATE = re.compile(r"登録(が|は)?(済んで|されて|中|前)|未登録|確認中")
_WHOM = re.compile(r"保険者|勤務先|事業主|問い?合わせ")


@rule("H38")
def judge(case: Case) -> Iterator[Finding]:
    answer, text = last_result(case), said(case)
    papers = handling(case).documents
    if answer is None or answer.validity not in ("2", "3", "4"):
        yield NOTICE.unseen("無効・情報なしの回答は送られていない")
    elif text is None and papers is None:
        yield NOTICE.unseen("handling.message も handling.documents も報告されていない")
    else:
        whole = "\n".join([text or "", *(p.text for p in papers or ())])
        told = [
            what
            for what, pattern in (("登録の状態", _STATE), ("問い合わせ先", _WHOM))
            if pattern.search(whole)
        ]
        yield NOTICE.noted("知らせた: " + ("・".join(told) or "どちらも見当たらない"))

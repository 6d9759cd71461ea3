"""H59 What the answer leaves out stays empty (``000:L62``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onshi.judge.case import Case, Finding
from onshi.judge.compare import plain, same
from onshi.judge.findings import Half
from onshi.judge.look import (
    accepted,
    after,
    as_chart,
    asked,
    before,
    handling,
    last_result,
    said,
    scheme,
    took_answer,
)
from onshi.judge.rules import rule

BLANK = Half("H59", "warn", "返ってこない項目は空欄のまま示し、根拠のない既定値で埋めない")
_ITEMS = {"valid_to": "有効期限", "valid_from": "適用開始日", "relation": "本人・家族の別"}
_NONE = r"[^。\n]{0,12}(なし|ない|不明|空欄|未|ありません|欠け|返って)"
_SAYS = {
    "valid_to": re.compile(r"(?<!証明書の)(?<!カードの)有効期限" + _NONE),
    "valid_from": re.compile(r"(適用開始|有効開始|資格取得)" + _NONE),
    "relation": re.compile(r"(本人・?家族|本人か家族|続柄)" + _NONE),
}
_OPEN_END = "9999"
_SELF = ("本人", "1", "被保険者本人")


@rule("H59")
def judge(case: Case) -> Iterator[Finding]:
    answer = last_result(case)
    sent = [as_chart(r) for r in answer.records] if answer is not None else []
    missing = [f for f in _ITEMS if sent and all(getattr(c, f) in (None, "") for c in sent)]
    if not missing or answer is None or answer.validity not in ("1", "6"):
        yield BLANK.unseen("項目の欠けた有効の回答は送られていない")
        return
    for field in missing:
        yield _blank(case, field)


def _blank(case: Case, field: str) -> Finding:
    value, text, item = after(case, field), said(case), _ITEMS[field]
    if not took_answer(case):
        return BLANK.unseen("回答を受け取ったことが見えない")
    if value == "":
        return BLANK.met(f"{item}は空欄のまま")
    if value is None:
        if text is not None and _SAYS[field].search(text):
            return BLANK.met(f"{item}のことを知らせた")
        return BLANK.unseen(f"handling.chart_after に{item}がない")
    if _is_usual(case, field, str(value)):
        return BLANK.met(f"{item}「{value}」は正当な既定である")
    if _known_before(case, field, value):
        return BLANK.unseen(f"{item}は、もとのカルテや書類にあったかもしれない")
    if asked(case) is not False or accepted(case) is not False:
        return BLANK.unseen("操作者が入れたかもしれない")
    return BLANK.broken(f"返ってこない{item}が埋められた", f"{item}「{value}」")


def _is_usual(case: Case, field: str, value: str) -> bool:
    """An open end, and 本人 for 後期高齢者医療, in which everybody is insured in person."""
    if field == "valid_to":
        return re.sub(r"\D", "", plain(value)).startswith(_OPEN_END)
    return field == "relation" and scheme(case) == "kouki" and plain(value) in _SELF


def _known_before(case: Case, field: str, value: object) -> bool:
    shown = handling(case).chart_before
    if case.visit.chart is not None and (shown is None or getattr(shown, field) is None):
        return True
    held = [before(case, field), *(getattr(p, field) for p in case.visit.papers.values())]
    return any(same(field, value, old) for old in held if old not in (None, ""))

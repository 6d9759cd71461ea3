"""H21 不詳 stands first in the 摘要 (``004:L142``); its place there is inferred (claims, 3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.claims.kinds import notes
from onshi.claims.records import Receipt
from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.findings import Half
from onshi.judge.receipts import has_code, is_old, is_unknown, remarked
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

WORD = Half("H21", "fail", "不詳の請求の摘要欄に「不詳」と書く")
FIRST = Half("H21", "warn", "「不詳」はコメントコード820000246、診療識別01で摘要欄の先頭に書く")
_CODE = "820000246"
_WHOLE = "01"


@story_rule("H21")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield WORD.unseen(no_bill(story))
    for bill in found:
        if disaster(story):
            yield WORD.unseen("災害のときの請求である（H61）")
        elif not is_unknown(bill.receipt):
            yield WORD.unseen("不詳の請求ではない")
        elif has_code(bill.receipt, _CODE) or remarked(bill.receipt) == "不詳":
            yield WORD.met("摘要欄に「不詳」がある")
            yield _first(bill)
        else:
            yield WORD.broken(f"摘要欄に「不詳」（{_CODE}）がない", _opening(bill.receipt))


def _first(bill: Bill) -> Finding:
    """First of all 摘要 records; in a 歯科 file, where they stand at the end, of the comments."""
    receipt, uke = bill.receipt, bill.chapter.uke
    note = next((n for n in notes(receipt) if n.role == "unknown"), None)
    if note is None or not note.by_code:
        return FIRST.broken("「不詳」がコメントコードのCOレコードでなく自由な文で書かれている")
    dental = uke is not None and uke.department == "歯科"
    head = min(c.place for c in receipt.comments) if dental else 0
    if note.comment.place != head:
        return FIRST.broken(
            "「不詳」より前に別の記載がある", f"摘要の {note.comment.place + 1} 番目"
        )
    if is_old(receipt):
        return FIRST.broken("「不詳」と「旧資格情報」の両方が書かれている")
    if note.comment.section != _WHOLE:
        return FIRST.broken("「不詳」の診療識別が01でない", f"診療識別「{note.comment.section}」")
    return FIRST.met("摘要の先頭にある")


def _opening(receipt: Receipt) -> str:
    first = min(receipt.comments, key=lambda c: c.place, default=None)
    if first is None:
        return "コメントがない"
    return f"最初のコメント {first.code} {first.text}".strip()

"""H20 不詳: no 記号, and nine sevens as 番号, of 後期 eight (``004:L137``, ``004:L138``)."""

from __future__ import annotations

from collections.abc import Iterator

from onshi.claims.kinds import unknown_number
from onshi.claims.records import Receipt
from onshi.judge.case import Finding
from onshi.judge.claiming import bills, disaster, no_bill
from onshi.judge.compare import plain
from onshi.judge.findings import Half
from onshi.judge.receipts import is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

SYMBOL = Half("H20", "fail", "不詳の請求に記号を書かない")
NUMBER = Half("H20", "fail", "不詳の番号は7を9桁、後期高齢者医療では8桁並べる")
_ALSO = "77777779"


@story_rule("H20")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield NUMBER.unseen(no_bill(story))
    for bill in found:
        if disaster(story):
            yield NUMBER.unseen("災害のときの請求である（H61）")
        elif not is_unknown(bill.receipt):
            yield NUMBER.unseen("不詳の請求ではない")
        else:
            yield from (_symbol(bill.receipt), _number(bill.receipt))


def _symbol(receipt: Receipt) -> Finding:
    if plain(receipt.symbol):
        return SYMBOL.broken("不詳の請求に記号がある", f"記号「{receipt.symbol}」")
    return SYMBOL.met("記号はない")


def _number(receipt: Receipt) -> Finding:
    """Of 後期 what stands in for the 保険者番号 of eight sevens is let pass as 番号, too."""
    number, expected = plain(receipt.number), unknown_number(receipt)
    if number == expected or (receipt.late and number == _ALSO):
        return NUMBER.met(f"番号は {number}")
    scheme = "後期高齢者医療" if receipt.late else "後期高齢者医療でない"
    return NUMBER.broken(
        f"不詳の番号が{len(expected)}桁の7ではない",
        f"番号「{receipt.number}」（種別 {receipt.kind or '（なし）'}、{scheme}）",
    )

"""Remarks about single items: modes, lengths, characters, codes of tables.

What a record has where: :mod:`.layout`. Which characters there are: facts, claims page, section 1.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from onshi.claims.layout import HISTORY, Item, Layout
from onshi.claims.lines import shown
from onshi.claims.records import Record
from onshi.claims.remarks import Level, Remark, at

__all__ = ["item_remarks", "outside_jis"]

_OUTSIDE = (0x87, 0xED, 0xEE, 0xFA, 0xFB, 0xFC)
"""Lead bytes of CP932 whose characters JIS X 0208 does not have: NEC's row 13 and the IBM ones."""

_NO_TEXT = re.compile("[\x00-\x1f\x7f\x80\xa0\uf8f0-\uf8f3]")
_HALF = re.compile("[\x20-\x7e\uff61-\uff9f]")
_BREAKS_COLUMNS = '"'

_SECTIONS = "01 11 12 13 14 21 22 23 24 25 26 27 28 31 32 33 39 40 50 54 60 70 80 90 92 97 99"
_TABLES: dict[tuple[str, str], frozenset[str]] = {
    ("RE", "男女区分"): frozenset("12"),
    ("SN", "負担者種別"): frozenset("12345"),
    ("SN", "確認区分"): frozenset(
        ["01", "02", "03", "04", "05", "06", "07", "08", "09", "11", "12", "13", "14"]
    ),
    ("JD", "負担者種別"): frozenset("12345"),
    ("HO", "職務上の事由"): frozenset("123"),
    ("SY", "転帰区分"): frozenset("1234"),
    **dict.fromkeys(
        ((r, "診療識別") for r in ("SI", "IY", "TO", "CO")), frozenset(_SECTIONS.split())
    ),
    ("SJ", "症状詳記区分"): frozenset(
        ["01", "02", "03", "04", "05", "06", "07", "50", "51", "52", "90"]
    ),
}

_UNSURE: dict[str, tuple[str, ...]] = {"医科": (), "歯科": ("診療識別",)}
"""Items whose table is only known of the other department."""


def item_remarks(layout: Layout, record: Record) -> Iterator[Remark]:
    """Everything about the items of one record, the check of each by itself."""
    if record.id == HISTORY:
        return
    items = layout.items(record.id)
    for index, text in enumerate(record.fields[1:], start=1):
        if not text:
            continue
        if index > len(items):
            if items:
                extra = f"項番は {len(items) + 1} までです。文字の中の「,」で分かれていませんか"
                yield Remark("columns", "certain", record.number, record.id, index + 1, "", extra)
            return
        item = items[index - 1]
        for code, level, remark in _of_text(item, text):
            yield Remark(code, level, record.number, record.id, index + 1, item.name, remark)
    for (id_, name), known in _TABLES.items():
        if id_ == record.id and layout.has(id_, name) and name not in _UNSURE[layout.department]:
            code = record.field(layout.index(id_, name)).strip(" ")
            if code and code not in known:
                yield at(layout, record, name, "table", f"「{shown(code)}」はコード表にありません")


def _of_text(item: Item, text: str) -> Iterator[tuple[str, Level, str]]:
    if _BREAKS_COLUMNS in text:
        yield "quotes", "certain", f'「{shown(text)}」: 引用符（"）は使いません'
    if _NO_TEXT.search(text):
        yield "characters", "certain", "文字ではない制御コードがあります"
        return
    if found := outside_jis(text):
        yield "characters", "inferred", f"「{found}」は JIS X 0208 にありません（CP932 だけの文字）"
    if text != text.strip(" ") and item.name != "保険者番号":
        yield "spaces", "inferred", f"「{shown(text)}」: 前後の空白は記録しません"
    if wrong := list(_mode(item, text.strip(" "))):
        yield from wrong
        return
    size = len(text.strip(" ").encode("cp932", "replace"))
    if item.size and size > item.size:
        yield "length", "certain", f"{size} バイトあります。{item.size} バイトまでです"
    elif item.fixed and size < item.size and item.name != "保険者番号" and text.strip(" "):
        yield "length", "certain", f"「{shown(text)}」: {item.size} 桁で記録します"


def _mode(item: Item, text: str) -> Iterator[tuple[str, Level, str]]:
    if item.mode == "9" and re.search("[^0-9.]", text):
        yield "mode", "certain", f"「{shown(text)}」: 半角の数字だけで記録します"
    elif item.mode == "X" and not text.isascii():
        yield "mode", "certain", f"「{shown(text)}」: 半角の英数だけで記録します"
    elif item.mode == "K" and _HALF.search(text):
        yield "mode", "certain", f"「{shown(text)}」: 全角だけで記録します"
    elif item.mode == "B" and _HALF.search(text) and _HALF.sub("", text):
        yield "mixed_width", "certain", f"「{shown(text)}」: 全角と半角が混じっています"


def outside_jis(text: str) -> str:
    """The characters of a text that CP932 has and JIS X 0208 has not."""
    return "" if text.isascii() else "".join(dict.fromkeys(_extensions().findall(text)))


@functools.cache
def _extensions() -> re.Pattern[str]:
    found = []
    for lead in _OUTSIDE:
        for trail in range(0x40, 0xFD):
            char = bytes((lead, trail)).decode("cp932", "ignore")
            if len(char) == 1 and char.encode("cp932")[0] in _OUTSIDE:
                found.append(char)
    return re.compile(f"[{re.escape(''.join(sorted(set(found))))}]")

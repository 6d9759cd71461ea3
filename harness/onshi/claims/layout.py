"""Which items each record of a レセプト電算 file has, as data.

Of 医科 the layout since 令和2年, of 歯科 that of 令和8年6月 (facts: claims page, sections 2.1 and
2.2). An item is written ``name:mode:bytes``: mode ``9`` digits, ``X`` ASCII, ``K`` full width,
``B`` either of the two but not both; ``=`` after the bytes says that there are never fewer; no
bytes, that no limit is known. An item without a mode is not in use (予備). The record's id is
項番 1, at index 0.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["ABSTRACT", "HISTORY", "KNOWN", "Department", "Item", "Layout", "layout_of"]

Department = Literal["医科", "歯科"]

ABSTRACT: Mapping[str, tuple[str, ...]] = {
    "医科": ("SI", "IY", "TO", "CO"),
    "歯科": ("SS", "SI", "IY", "TO", "CO"),
}
"""The 摘要 records: what stands in the 摘要欄 of a paper レセプト."""

HISTORY = "8"
"""データ識別 of a line of the 履歴管理ブロック: データ識別, 行番号, 枝番号, then the record."""

_CLAIM = "IR UK RE HO KO SN JD MF SY HS SI SS IY TO CO SJ GO GR TI TR TS"
_ELSEWHERE = "MN KH NI JY ON EX RC MD RT JR MK HI HR HG"

KNOWN = frozenset(f"{_CLAIM} {_ELSEWHERE}".split())
"""Ids of records that exist: in claims of 医科 and 歯科, in 返戻 and on the insurers' side."""


@dataclass(frozen=True)
class Item:
    """One item of a record; ``size`` in bytes of CP932, 0 where no limit is known."""

    name: str
    mode: str
    size: int
    fixed: bool


class Layout:
    """The records of one department."""

    def __init__(self, department: Department, records: Mapping[str, str]) -> None:
        self.department = department
        self._items = {id_: _items(text) for id_, text in records.items()}
        self._index = {
            id_: {item.name: i for i, item in enumerate(items, start=1) if item.mode}
            for id_, items in self._items.items()
        }

    def items(self, record: str) -> tuple[Item, ...]:
        """The items from index 1 on; empty for a record whose items are not known."""
        return self._items.get(record, ())

    def index(self, record: str, name: str) -> int:
        """Where an item stands: ``index("RE", "氏名")`` is 4. Raises KeyError if nowhere."""
        return self._index[record][name]

    def has(self, record: str, name: str) -> bool:
        """Whether records of this department have the item."""
        return name in self._index.get(record, ())

    def name(self, record: str, index: int) -> str:
        """What an item is called; "" past the end of the layout."""
        if index == 0:
            return "レコード識別情報"
        items = self.items(record)
        return items[index - 1].name if index <= len(items) else ""


def _items(text: str) -> tuple[Item, ...]:
    return tuple(item for word in text.split() for item in _each(word))


def _each(word: str) -> list[Item]:
    """``31*日:X:1`` stands for 31 items, 日1 to 日31; every other word for one."""
    name, mode, size = (*word.split(":"), "", "")[:3]
    times, star, stem = name.rpartition("*")
    names = [f"{stem}{i}" for i in range(1, int(times) + 1)] if star else [name]
    return [Item(n, mode, int(size.rstrip("=") or 0), size.endswith("=")) for n in names]


_HOSPITAL = "審査支払機関:9:1= 都道府県:9:2= 点数表:9:1= 医療機関コード:9:7= 予備 "
_PERSON = "レセプト番号:9:6 レセプト種別:9:4= 診療年月:9:6= 氏名:B:40 男女区分:9:1= 生年月日:9:8= "
_INSURED = (
    "保険者番号:X:8= 被保険者証等の記号:B:38 被保険者証等の番号:B:38 診療実日数:9:2 合計点数:9:8 "
)
_MEALS = "食事療養回数:9:2 食事療養合計金額:9:8 "
_REDUCED = "職務上の事由:9:1 証明書番号:9:3 負担金額:9:9 減免区分:9:1 減額割合:9:3 減額金額:9:6"
_PUBLIC = (
    "負担者番号:X:8= 受給者番号:9:7= 任意給付区分:9:1 診療実日数:9:2 合計点数:9:8 負担金額:9:8 "
)
_NOTES = " ".join(f"コメントコード{i}:9:9= 文字データ{i}:K:100" for i in (1, 2, 3))
_DONE = f"点数:9:7 回数:9:3 {_NOTES} 31*算定日:9:3"
_TREATED = "診療識別:9:2 負担区分:X:1="
_TOTALS = "総件数:9:6 総合計点数:9:10 マルチボリューム識別情報:9:2="

_BOTH = {
    "SN": "負担者種別:9:1= 確認区分:9:2= 保険者番号等:X:8 記号:B:38 番号:B:38 枝番:X:2 "
    "受給者番号:9:7 予備",
    "JD": "負担者種別:9:1= 31*日:9:1",
    "MF": "窓口負担額区分:9:2= 31*予備",
    "SI": f"{_TREATED} 診療行為コード:9:9= 数量データ:9:8 {_DONE}",
    "IY": f"{_TREATED} 医薬品コード:9:9= 使用量:9:11 {_DONE}",
    "TO": f"{_TREATED} 特定器材コード:9:9= 使用量:9:9 点数:9:7 回数:9:3 単位コード:9:3 単価:9:11 "
    f"予備 商品名:K:300 {_NOTES} 31*算定日:9:3",
    "SJ": "症状詳記区分:9:2= 症状詳記データ:K:2400",
    "GO": _TOTALS,
    "HI": "審査支払機関:9:1= 処理年月:9 都道府県:9:2= 点数表:9:1= 医療機関コード:9:7= 予備 "
    "マルチボリューム識別情報:9:2=",
    "HR": "処理年月:9 返戻区分:9:1 診療識別:9:2 返戻事由コード:X 返戻理由:K 補足事項:K 補正情報:K "
    "増減点連絡書年月:9 検索番号:9:30",
    "HG": _TOTALS,
}

_MEDICAL = _BOTH | {
    "IR": f"{_HOSPITAL} 医療機関名称:K:40 請求年月:9:6= マルチボリューム識別情報:9:2= "
    "電話番号:X:15",
    "RE": f"{_PERSON} 給付割合:9:3 入院年月日:9:8= 病棟区分:9:8 標準負担額区分:9:1 "
    "レセプト特記事項:X:10 病床数:9:4 カルテ番号等:X:20 割引点数単価:9:2 3*予備 検索番号:9:30 "
    "記録条件仕様年月情報:9 請求情報:B:40 15*診療科名等:X カタカナ氏名:K:80 患者の状態:X:60",
    "HO": f"{_INSURED} 予備 {_MEALS} {_REDUCED}",
    "KO": f"{_PUBLIC} 外来一部負担金:9:6 入院一部負担金:9:6 予備 {_MEALS}",
    "SY": "傷病名コード:9:7= 診療開始日:9:8= 転帰区分:9:1= 修飾語コード:X:80 傷病名称:K:40 "
    "主傷病:9:2 補足コメント:K:40",
    "CO": f"{_TREATED} コメントコード:9:9= 文字データ:K",
}

_DENTAL = _BOTH | {
    "UK": f"{_HOSPITAL} 医療機関名称:K:40 請求年月:9:6= 届出:X:40 マルチボリューム識別情報:9:2=",
    "IR": f"{_HOSPITAL} 請求年月:9:6= 電話番号:X:15 届出:X:40",
    "RE": f"{_PERSON} 給付割合:9:3 入院年月日:9:8= 診療開始日:9:8= 転帰区分:9:1 病棟区分:9:8 "
    "標準負担額区分:9:1 レセプト特記事項:X:10 予備 カルテ番号等:X:20 請求情報1:B:40 予備 "
    "未来院請求:9:2 検索番号:9:30 予備 請求情報2:B:40 3*予備 カタカナ氏名:K:80 "
    "患者の状態:X:60",
    "HO": f"{_INSURED} {_MEALS} {_REDUCED}",
    "KO": f"{_PUBLIC} {_MEALS}",
    "CO": f"{_TREATED} コメントコード:9:9= 文字データ:K:400 歯式コード:X:384",
}


@functools.cache
def layout_of(department: Department) -> Layout:
    """The layout of 医科 or 歯科."""
    return Layout(department, _MEDICAL if department == "医科" else _DENTAL)

"""What there is to say about a file that can be read but is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from onshi.claims.layout import Layout
from onshi.claims.lines import where
from onshi.claims.records import Record

__all__ = ["CHECKS", "Check", "Level", "Remark", "at"]

Level = Literal["certain", "inferred"]
"""By a published rule; or by what public programs do, which warns and never fails anybody."""


class Check(NamedTuple):
    """What a code looks at, which levels its remarks may have, and whether a レセプト that has a
    certain one goes back."""

    title: str
    levels: tuple[Level, ...]
    refused: bool = False


_RULE: tuple[Level, ...] = ("certain",)
_CUSTOM: tuple[Level, ...] = ("inferred",)
_EITHER = _RULE + _CUSTOM

CHECKS: dict[str, Check] = {
    "bytes": Check("CR+LF、0x1A、空の行", _RULE),
    "characters": Check("JIS X 0208 にない文字、制御コード", _EITHER),
    "check_digit": Check("保険者番号の検証番号", _EITHER, refused=True),
    "columns": Check("項目の数（文字の中の「,」）", _RULE, refused=True),
    "confirmation": Check("SN の確認区分と枝番", _CUSTOM),
    "day": Check("算定日と月の日数", _RULE),
    "day_count": Check("診療実日数と算定日", _CUSTOM),
    "head": Check("審査支払機関、都道府県", _RULE, refused=True),
    "history": Check("再請求: 履歴管理ブロック", _CUSTOM),
    "institution": Check("医療機関コードの検証番号", _CUSTOM),
    "insurer_number": Check("保険者番号の桁数", _RULE, refused=True),
    "kana": Check("カタカナ氏名の文字", _CUSTOM),
    "kind": Check("種別と HO・KO・後期・点数表", _RULE, refused=True),
    "length": Check("バイト数、固定長", _RULE),
    "mixed_width": Check("記号・番号・氏名の全角と半角の混在", _RULE),
    "mode": Check("数字・英数・漢字のモード", _RULE),
    "month": Check("診療年月と請求年月", _EITHER, refused=True),
    "no_disease": Check("傷病名のレコード", _RULE, refused=True),
    "no_receipt": Check("レセプトの有無", _RULE),
    "no_service": Check("摘要のレコード", _RULE, refused=True),
    "numbering": Check("レセプト番号の順", _EITHER),
    "order": Check("RE・HO・KO・SN の順", _RULE, refused=True),
    "padding": Check("国保の保険者番号の前の空白", _CUSTOM),
    "payer": Check("法別番号と審査支払機関", _CUSTOM),
    "public_number": Check("公費負担者番号の検証番号", _CUSTOM),
    "quotes": Check("引用符", _RULE),
    "required": Check("記録しなければならない項目", _RULE, refused=True),
    "return_record": Check("再請求: HR を除く", _EITHER, refused=True),
    "search_number": Check("再請求: 検索番号", _CUSTOM),
    "section": Check("診療識別の省略（98 件まで）", _RULE),
    "spaces": Check("前後の空白", _CUSTOM),
    "table": Check("コード表にないコード", _RULE),
    "table_of_points": Check("点数表", _RULE, refused=True),
    "too_many": Check("HO 1 件、KO 4 件まで", _RULE, refused=True),
    "total_count": Check("GO の総件数", _RULE, refused=True),
    "total_points": Check("GO の総合計点数", _EITHER, refused=True),
}
"""By the code of a :class:`Remark`."""


@dataclass(frozen=True)
class Remark:
    """One remark, in Japanese. ``code`` says which check it is of (docs/claims.md).

    ``line`` counts from 1 (0: the whole file), ``item`` is the 項番 (0: the record as a whole).
    """

    code: str
    level: Level
    line: int
    record: str
    item: int
    name: str
    text: str

    def __str__(self) -> str:
        """``3行目 HO 項番2（保険者番号）: …``."""
        return f"{where(self.line, self.record, self.item, self.name)}: {self.text}"


def at(
    layout: Layout, record: Record, item: str, code: str, text: str, level: Level = "certain"
) -> Remark:
    """A remark about an item of a record by its name ("": the record as a whole)."""
    index = layout.index(record.id, item) if item else 0
    return Remark(code, level, record.number, record.id, index + 1 if item else 0, item, text)

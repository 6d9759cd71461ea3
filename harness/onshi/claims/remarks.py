"""What there is to say about a file that can be read but is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from onshi.claims.layout import Layout
from onshi.claims.records import Record

__all__ = ["Level", "Remark", "at"]

Level = Literal["certain", "inferred"]
"""By a published rule; or by what public programs do, which warns and never fails anybody."""


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
        where = f"{self.line}行目 {self.record}" if self.line else "ファイル"
        if self.item:
            where += f" 項番{self.item}（{self.name}）"
        return f"{where}: {self.text}"


def at(
    layout: Layout, record: Record, item: str, code: str, text: str, level: Level = "certain"
) -> Remark:
    """A remark about an item of a record by its name ("": the record as a whole)."""
    index = layout.index(record.id, item) if item else 0
    return Remark(code, level, record.number, record.id, index + 1 if item else 0, item, text)

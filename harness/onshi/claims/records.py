"""レセプト電算 files as typed records: what of a claim can be read and judged.

Positions of fields are of the 医科 file since 令和2年 and of the 歯科 file R8.6 (facts: claims
page, section 2). Numbers are as written, without padding; text is as decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = [
    "Comment",
    "Confirmation",
    "Outcome",
    "PublicPlan",
    "Receipt",
    "Record",
    "Settled",
    "Uke",
]

Outcome = Literal["accepted", "transferred", "corrected", "returned"]
"""Paid as claimed; 振替 to the insurer who bears it; 不詳 put right by 職権補正; 返戻."""


@dataclass(frozen=True)
class Record:
    """One line: ``number`` counts from 1 in the file; ``fields[0]`` is the id (``RE``)."""

    number: int
    fields: tuple[str, ...]

    @property
    def id(self) -> str:
        """The record's id: ``IR``, ``RE``, ``HO`` …"""
        return self.fields[0]

    def field(self, index: int) -> str:
        """One field, ``""`` where the line ends before it."""
        return self.fields[index] if index < len(self.fields) else ""


@dataclass(frozen=True)
class Comment:
    """A CO record. ``place`` counts from 0 over the 摘要 records (SI, IY, TO, CO; 歯科 SS)."""

    code: str
    text: str
    section: str
    """診療識別 as written: "" where it is left out."""
    place: int
    line: int


@dataclass(frozen=True)
class PublicPlan:
    """A KO record: 負担者番号, 受給者番号, 合計点数, 負担金額."""

    payer_number: str
    recipient_number: str
    points: int | None
    paid: int | None


@dataclass(frozen=True)
class Confirmation:
    """An SN record: 資格確認, ``kind`` 確認区分 (01 by the clinic, 04 振替 …)."""

    bearer: str
    kind: str
    insurer_number: str
    symbol: str
    number: str
    branch: str
    recipient_number: str


@dataclass(frozen=True)
class Receipt:
    """One レセプト. ``insurer_number`` is "" without an HO record; ``month`` its first day.

    ``kind`` is the レセプト種別 (``1112``), ``marks`` the 特記事項 (``26``), ``days`` the 実日数 as
    JD gives them, ``points`` 合計点数, ``burden`` 負担金額（医療保険）.
    """

    no: str
    kind: str
    month: date
    name: str
    kana: str
    sex: str
    birthdate: date | None
    chart_no: str
    search_no: str
    marks: tuple[str, ...]
    insurer_number: str
    symbol: str
    number: str
    points: int | None
    burden: int | None
    public: tuple[PublicPlan, ...]
    confirmations: tuple[Confirmation, ...]
    comments: tuple[Comment, ...]
    days: tuple[date, ...]
    records: tuple[Record, ...]

    @property
    def line(self) -> int:
        """The line of its RE record, from 1."""
        return self.records[0].number

    @property
    def late(self) -> bool:
        """Whether it is of 後期高齢者医療, by its 種別."""
        return self.kind[1:2] == "3"


@dataclass(frozen=True)
class Uke:
    """A file: ``department`` 医科 or 歯科, ``payer`` 1 支払基金 or 2 国保連, ``month`` 請求年月."""

    department: Literal["医科", "歯科"]
    payer: str
    prefecture: str
    table: str
    institution: str
    name: str
    month: date
    receipts: tuple[Receipt, ...]
    total_count: int | None
    total_points: int | None
    records: tuple[Record, ...]


@dataclass(frozen=True)
class Settled:
    """What the 審査支払機関 decided about one レセプト.

    ``reason`` is the 返戻理由 (記載事項の不備, 保険者の相違, 該当者なし) and ``detail`` what is
    wrong, for a person; ``insurer_number`` to ``number`` who bears it after 振替 or 職権補正.
    """

    receipt: Receipt
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    insurer_number: str = ""
    symbol: str = ""
    number: str = ""

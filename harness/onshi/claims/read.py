"""A レセプト電算 file read into records, with errors that name record and item.

What makes a file unreadable is an error: other bytes than CP932, records out of any レセプト, a
month or a number that is none. All else is read as it stands and left to :mod:`.check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from onshi.claims.dates import parse_day, parse_month
from onshi.claims.layout import ABSTRACT, HISTORY, KNOWN, Department, Layout, layout_of
from onshi.claims.lines import BadClaimError, Problem, shown, split
from onshi.claims.records import Comment, Confirmation, PublicPlan, Receipt, Record, Uke
from onshi.people.numbers import bare

__all__ = ["BadClaimError", "Reader", "read_uke"]

_LONGEST_NUMBER = 12


def read_uke(data: bytes, file: str = "") -> Uke:
    """Read a whole file of 医科 or 歯科, which its first record tells apart (IR or UK).

    ``file`` is what messages call it. Raises :class:`BadClaimError` with all that is wrong.
    """
    department: Department = "歯科" if data.startswith(b"UK") else "医科"
    reader = Reader(department)
    records, reader.problems = split(data, reader.layout.name)
    first = "UK" if department == "歯科" else "IR"
    uke = None
    if records and (strange := _other_file(records[0], first)):
        reader.wrong(records[0], 0, strange)
    elif records:
        uke = reader.file(records)
    if uke is None or reader.problems:
        raise BadClaimError(sorted(reader.problems, key=lambda p: (p.line, p.item)), file)
    return uke


class Reader:
    """Records of one department into what they say; collects ``problems`` on the way."""

    def __init__(self, department: Department) -> None:
        self.layout: Layout = layout_of(department)
        self.problems: list[Problem] = []

    def wrong(self, record: Record, index: int, text: str) -> None:
        """Note a problem with the item at an index of a record."""
        id_ = record.id[:8]
        name = self.layout.name(id_, index) if index else ""
        self.problems.append(
            Problem(record.number, shown(id_), index + 1 if index else 0, name, text)
        )

    def file(self, records: tuple[Record, ...]) -> Uke:
        """The file that ``records`` are, header first."""
        head, *rest = records
        total = None
        if rest and rest[-1].id == "GO":
            total = rest.pop()
        else:
            self.wrong(records[-1], 0, "最後のレコードが GO ではありません。途中で切れています")
        department = self.layout.department
        return Uke(
            department=department,
            payer=self.text(head, "審査支払機関"),
            prefecture=self.text(head, "都道府県"),
            table=self.text(head, "点数表"),
            institution=self.text(head, "医療機関コード"),
            name=self.text(head, "医療機関名称"),
            month=self.month(head, "請求年月") or date.min,
            receipts=tuple(self.receipt(group) for group in self.groups(rest)),
            total_count=self.number(total, "総件数") if total else None,
            total_points=self.number(total, "総合計点数") if total else None,
            records=records,
        )

    def groups(self, records: Iterable[Record]) -> Iterator[list[Record]]:
        """The records of each レセプト, from its RE on; of 歯科 without its IR."""
        group: list[Record] = []
        dental = self.layout.department == "歯科"
        for record in records:
            id_ = record.id
            if id_ == "RE":
                if group:
                    yield group
                group = [record]
            elif dental and id_ == "IR":
                if group:
                    yield group
                group = []
            elif id_ in ("IR", "UK", "GO"):
                self.wrong(record, 0, "ファイルに1つだけのレコードが、途中にあります")
            elif id_ != HISTORY and id_ not in KNOWN:
                self.wrong(record, 0, f"「{shown(id_)}」というレコードはありません")
            elif not group:
                self.wrong(record, 0, "RE より前にあり、どのレセプトのものかわかりません")
            else:
                group.append(record)
        if group:
            yield group

    def receipt(self, group: Sequence[Record]) -> Receipt:
        """One レセプト; what it has twice is read the first time."""
        head = group[0]
        of: dict[str, list[Record]] = {}
        for record in group:
            of.setdefault(record.id, []).append(record)
        insured = of.get("HO", [None])[0]
        month = self.month(head, "診療年月")
        return Receipt(
            no=self.text(head, "レセプト番号"),
            kind=self.text(head, "レセプト種別"),
            month=month or date.min,
            name=self.text(head, "氏名"),
            kana=self.text(head, "カタカナ氏名"),
            sex=self.text(head, "男女区分"),
            birthdate=self.day(head, "生年月日"),
            chart_no=self.text(head, "カルテ番号等"),
            search_no=self.text(head, "検索番号"),
            marks=_pairs(self.text(head, "レセプト特記事項")),
            insurer_number=bare(self.text(insured, "保険者番号")) if insured else "",
            symbol=self.text(insured, "被保険者証等の記号") if insured else "",
            number=self.text(insured, "被保険者証等の番号") if insured else "",
            points=self.number(insured, "合計点数") if insured else None,
            burden=self.number(insured, "負担金額") if insured else None,
            public=tuple(self._public(r) for r in of.get("KO", ())),
            confirmations=tuple(self._confirmation(r) for r in of.get("SN", ())),
            comments=tuple(self._comments(group)),
            days=_days(of.get("JD", ()), month),
            records=tuple(group),
        )

    def _public(self, record: Record) -> PublicPlan:
        return PublicPlan(
            payer_number=self.text(record, "負担者番号"),
            recipient_number=self.text(record, "受給者番号"),
            points=self.number(record, "合計点数"),
            paid=self.number(record, "負担金額"),
        )

    def _confirmation(self, record: Record) -> Confirmation:
        return Confirmation(
            bearer=self.text(record, "負担者種別"),
            kind=self.text(record, "確認区分"),
            insurer_number=bare(self.text(record, "保険者番号等")),
            symbol=self.text(record, "記号"),
            number=self.text(record, "番号"),
            branch=self.text(record, "枝番"),
            recipient_number=self.text(record, "受給者番号"),
        )

    def _comments(self, group: Iterable[Record]) -> Iterator[Comment]:
        abstract = [r for r in group if r.id in ABSTRACT[self.layout.department]]
        for place, record in enumerate(abstract):
            if record.id == "CO":
                yield Comment(
                    code=self.text(record, "コメントコード"),
                    text=self.text(record, "文字データ"),
                    section=self.text(record, "診療識別"),
                    place=place,
                    line=record.number,
                )

    def text(self, record: Record, name: str) -> str:
        """An item without the spaces that pad it; "" where the record ends before it."""
        if not self.layout.has(record.id, name):
            return ""
        return record.field(self.layout.index(record.id, name)).strip(" ")

    def number(self, record: Record, name: str) -> int | None:
        """A whole number, None where there is none."""
        text = self.text(record, name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
            return int(text)
        self._not(record, name, text, "半角の数字だけで書いてください")
        return None

    def day(self, record: Record, name: str) -> date | None:
        """A day as YYYYMMDD or GYYMMDD, None where there is none."""
        text = self.text(record, name)
        found = parse_day(text)
        if text and found is None:
            self._not(record, name, text, "YYYYMMDD（西暦）か GYYMMDD の実在する日です")
        return found

    def month(self, record: Record, name: str) -> date | None:
        """A month as YYYYMM or GYYMM; there has to be one."""
        text = self.text(record, name)
        found = parse_month(text)
        if found is None:
            self._not(record, name, text, "YYYYMM（西暦）か GYYMM の年月です")
        return found

    def _not(self, record: Record, name: str, text: str, expected: str) -> None:
        stands = f"「{shown(text)}」とあります" if text else "ありません"
        self.wrong(record, self.layout.index(record.id, name), f"{stands}。{expected}")


def _other_file(head: Record, first: str) -> str:
    """What kind of file begins so, if it is none that is read."""
    if head.id == "HI":
        return "返戻ファイルです。再請求では HI・HR・HG を除き、IR（歯科は UK）と GO を付けます"
    if head.id != first:
        return "最初のレコードは IR（医科）か UK（歯科）です"
    if head.field(3) == "4":
        return "点数表 4（調剤）のファイルは読みません。医科か歯科のファイルです"
    return ""


def _pairs(text: str) -> tuple[str, ...]:
    """特記事項: up to five codes of two digits each."""
    return tuple(text[i : i + 2] for i in range(0, len(text), 2))


def _days(records: Sequence[Record], month: date | None) -> tuple[date, ...]:
    """The days that JD counts (``1``), of whoever bears them."""
    if month is None:
        return ()
    numbers = sorted(
        {day for record in records for day in range(1, 32) if record.field(day + 1) == "1"}
    )
    found = (parse_day(f"{month:%Y%m}{number:02d}") for number in numbers)
    return tuple(day for day in found if day is not None)

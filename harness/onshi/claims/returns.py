"""RECEIPTC.HEN: the returned レセプト with the reasons, as the 審査支払機関 sends them back.

HI; for each レセプト its own records, HR with the reason, and the 履歴管理ブロック; HG (facts:
claims page, section 4). 返戻事由コード are not public: every one here is ``L0000``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from onshi.claims.dates import parse_month
from onshi.claims.layout import HISTORY, Department, layout_of
from onshi.claims.lines import BadClaimError, split
from onshi.claims.read import Reader
from onshi.claims.records import Receipt, Record, Settled, Uke
from onshi.claims.remarks import Remark, at
from onshi.claims.write import fields, full_width, write_file

__all__ = [
    "Reason",
    "ReturnFile",
    "ReturnedReceipt",
    "check_reclaim",
    "read_returns",
    "write_returns",
]

_CODE = "L0000"
_KINDS = {"記載事項の不備": "1"}
_OF_QUALIFICATION = "4"
"""返戻区分: 1 事務上, 4 資格関係等 (one public program)."""


@dataclass(frozen=True)
class Reason:
    """One HR record: 返戻区分, 返戻事由コード, 返戻理由 and 補足事項."""

    kind: str
    code: str
    text: str
    more: str
    line: int


@dataclass(frozen=True)
class ReturnedReceipt:
    """A レセプト that came back. ``history`` is its 履歴管理ブロック, which may not be changed."""

    receipt: Receipt
    reasons: tuple[Reason, ...]
    history: tuple[Record, ...]


@dataclass(frozen=True)
class ReturnFile:
    """A whole file; ``month`` is the 処理年月, None where it is none."""

    payer: str
    institution: str
    month: date | None
    returned: tuple[ReturnedReceipt, ...]


def write_returns(uke: Uke, settled: Sequence[Settled], on: date) -> bytes:
    """The file for what was returned; empty when nothing was."""
    returned = [s for s in settled if s.outcome == "returned"]
    if not returned:
        return b""
    lines = [_head(uke, on)]
    for s in returned:
        lines += _one(uke, s, on)
    count = sum(bool(s.receipt.insurer_number) + len(s.receipt.public) for s in returned)
    points = sum(s.receipt.points or 0 for s in returned)
    lines.append(("HG", str(count), str(points), "99"))
    return write_file(lines)


def _head(uke: Uke, on: date) -> tuple[str, ...]:
    items = {
        "審査支払機関": uke.payer,
        "処理年月": f"{on:%Y%m}",
        "都道府県": uke.prefecture,
        "点数表": uke.table,
        "医療機関コード": uke.institution,
        "マルチボリューム識別情報": "00",
    }
    return fields(uke.department, "HI", items)


def _one(uke: Uke, settled: Settled, on: date) -> Iterator[tuple[str, ...]]:
    receipt = settled.receipt
    number = receipt.search_no or _search_number(uke, receipt)
    claimed = [r for r in receipt.records if r.id not in ("HR", HISTORY)]
    for record in claimed:
        yield _with_number(uke.department, record, number)
    items = {
        "処理年月": f"{on:%Y%m}",
        "返戻区分": _KINDS.get(settled.reason, _OF_QUALIFICATION),
        "返戻事由コード": _CODE,
        "返戻理由": full_width(settled.reason),
        "補足事項": full_width(settled.detail),
        "検索番号": number,
    }
    yield fields(uke.department, "HR", items)
    history = [r.fields for r in receipt.records if r.id == HISTORY]
    yield from history
    time = len({h[2:3] for h in history})
    for i, record in enumerate(claimed, start=1):
        yield (HISTORY, str(i), str(time), *_with_number(uke.department, record, number))


def _search_number(uke: Uke, receipt: Receipt) -> str:
    """検索番号, whose making is not public: the same レセプト always has the same."""
    digits = uke.payer + uke.prefecture + uke.institution + f"{uke.month:%Y%m}"
    return "".join(c for c in digits + receipt.no.zfill(6) if c in "0123456789")[:30]


def _with_number(department: Department, record: Record, number: str) -> tuple[str, ...]:
    if record.id != "RE":
        return record.fields
    layout = layout_of(department)
    line = list(record.fields)
    line += [""] * (len(layout.items("RE")) + 1 - len(line))
    line[layout.index("RE", "検索番号")] = number
    return tuple(line)


def read_returns(data: bytes, file: str = "") -> ReturnFile:
    """Read a 返戻 file, of 医科 or 歯科. Raises :class:`BadClaimError` with all that is wrong.

    Some 審査支払機関 write IR in the place of HI; both are read.
    """
    records, problems = split(data, layout_of("医科").name)
    table = records[0].field(4 if records[0].id == "HI" else 3).strip() if records else ""
    reader = Reader("歯科" if table == "3" else "医科")
    reader.problems = problems
    found: tuple[ReturnedReceipt, ...] = ()
    if records and records[0].id not in ("HI", "IR"):
        reader.wrong(records[0], 0, "最初のレコードは HI です")
    elif records:
        body = list(records[1:])
        if body and body[-1].id in ("HG", "GO"):
            body.pop()
        else:
            reader.wrong(records[-1], 0, "最後のレコードが HG ではありません。途中で切れています")
        found = tuple(_returned(reader, group) for group in reader.groups(body))
    if reader.problems:
        raise BadClaimError(sorted(reader.problems, key=lambda p: (p.line, p.item)), file)
    head = records[0]
    place = ("審査支払機関", "医療機関コード", "処理年月" if head.id == "HI" else "請求年月")
    payer, institution, month = (reader.text(head, name) for name in place)
    return ReturnFile(payer, institution, parse_month(month), found)


def _returned(reader: Reader, group: Sequence[Record]) -> ReturnedReceipt:
    reasons = tuple(
        Reason(
            kind=reader.text(r, "返戻区分"),
            code=reader.text(r, "返戻事由コード"),
            text=reader.text(r, "返戻理由"),
            more=reader.text(r, "補足事項"),
            line=r.number,
        )
        for r in group
        if r.id == "HR"
    )
    own = [r for r in group if r.id not in ("HR", HISTORY)]
    history = tuple(r for r in group if r.id == HISTORY)
    return ReturnedReceipt(reader.receipt(own), reasons, history)


def check_reclaim(returned: ReturnedReceipt, again: Receipt, uke: Uke) -> tuple[Remark, ...]:
    """What a 再請求 of a returned レセプト has to keep: 検索番号 and 履歴管理ブロック, and no HR.

    ``again`` is the レセプト of the file ``uke``. All of it is inferred: one public text has it.
    A claim to the other 審査支払機関 is a first claim, to which this does not apply.
    """
    layout, head = layout_of(uke.department), again.records[0]
    found = []
    before = returned.receipt.search_no
    if again.search_no != before:
        text = f"「{again.search_no[:30]}」: 返戻されたレセプトの「{before}」を残します"
        found.append(at(layout, head, "検索番号", "search_number", text, "inferred"))
    kept = [r.fields for r in again.records if r.id == HISTORY]
    if kept != [r.fields for r in returned.history]:
        text = "履歴管理ブロックは、返戻されたまま残します"
        text += f"（{len(returned.history)} 行のうち {len(kept)} 行）" if kept else "（ありません）"
        found.append(at(layout, head, "", "history", text, "inferred"))
    for record in (r for r in again.records if r.id == "HR"):
        text = "再請求では HR を除きます"
        found.append(at(layout, record, "", "return_record", text, "inferred"))
    return tuple(found)

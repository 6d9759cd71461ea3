"""返戻 files (``RECEIPTC.HEN``): what came back, why, and what a re-claim must keep.

``HI`` first and ``HG`` last; between them, for each レセプト, its own records, the reasons (HR)
and the 履歴管理ブロック (a number, the line and its branch before each record). Some senders
write three such fields before every record; 1 is the claim itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

HISTORY = "8"
_CLAIMED = "1"


class BadReturns(Exception):
    """Not a 返戻 file, or a broken one."""


@dataclass
class Returned:
    """One レセプト as it came back; ``days`` by its JD records."""

    chart_no: str
    month: date
    search_no: str
    days: tuple[date, ...] = ()
    reasons: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sender:
    """Whose file it is: ``payer`` 1 支払基金, 2 国保連; ``processed`` 処理年月, as written."""

    payer: str
    processed: str


def read(data: bytes) -> tuple[Sender, list[Returned]]:
    """Who sent it, and what came back. Raises :class:`BadReturns`."""
    try:
        text = data.removesuffix(b"\x1a").decode("cp932")
    except UnicodeDecodeError as e:
        raise BadReturns(f"{e.start}バイト目の文字を読み取れません") from None
    lines = [line for line in text.splitlines() if line.strip("\x1a")]
    head = lines[0].split(",") if lines else []
    if not head or head[0] not in ("HI", "IR") or len(head) < 2:
        raise BadReturns("先頭がHIレコードではありません")
    return Sender(head[1], _at(head, 2)), list(_receipts(lines[1:]))


def _receipts(lines: list[str]) -> Iterator[Returned]:
    one: Returned | None = None
    for line in lines:
        prefix, fields = _split(line)
        if prefix == HISTORY:
            if one is not None:
                one.history.append(line)
        elif fields[0] == "RE":
            if one is not None:
                yield one
            one = Returned(
                chart_no=_at(fields, 13), month=_month(_at(fields, 3)), search_no=_at(fields, 18)
            )
        elif one is not None:
            _take(one, fields)
    if one is not None:
        yield one


def _take(one: Returned, fields: list[str]) -> None:
    """What matters of a record of a returned レセプト."""
    if fields[0] == "JD":
        marked = {_day(one.month, i - 1) for i in range(2, 33) if _at(fields, i)}
        one.days = tuple(sorted({*one.days, *marked}))
    elif fields[0] == "HR":
        parts = [_at(fields, i) for i in (5, 6) if _at(fields, i)]
        one.reasons.append("：".join(parts) or _at(fields, 4) or "理由の記載なし")
        one.search_no = one.search_no or _at(fields, 9)


def _split(line: str) -> tuple[str, list[str]]:
    """データ識別 before a record, if there is one, and the record's fields."""
    fields = line.split(",")
    if fields[0] in (_CLAIMED, HISTORY) and len(fields) > 3:
        return fields[0], fields[3:]
    return "", fields


def _at(fields: list[str], index: int) -> str:
    return fields[index].strip() if index < len(fields) else ""


def _day(month: date, day: int) -> date:
    try:
        return month.replace(day=day)
    except ValueError:
        raise BadReturns(f"{month:%Y年%m月}に{day}日はありません") from None


def _month(text: str) -> date:
    """YYYYMM, or GYYMM of older files (5 令和)."""
    try:
        if len(text) == 5:
            start = {"3": 1925, "4": 1988, "5": 2018}[text[0]]
            return date(start + int(text[1:3]), int(text[3:]), 1)
        return date(int(text[:4]), int(text[4:6]), 1)
    except (ValueError, KeyError):
        raise BadReturns(f"診療年月「{text}」を読み取れません") from None

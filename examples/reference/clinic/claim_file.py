"""The レセプト電算 file (医科, since 令和2年): CP932, CRLF, 0x1A after the last record.

Fields are counted as in the 記録条件仕様 less one: ``fields[0]`` is the record's id.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from clinic import fold
from clinic.insurance import Insurance

NAME = "RECEIPTC.UKE"
POINTS = 291
"""The example's only service: a first visit."""

NOT_KNOWN = Insurance(insurer_number="77777777", number="777777777")
NOT_KNOWN_LATE = Insurance(insurer_number="77777777", number="77777777")
NOT_KNOWN_DISASTER = Insurance(insurer_number="99999999", number="999999999")
NOT_KNOWN_DISASTER_LATE = Insurance(insurer_number="99999999", number="99999999")

_SERVICE = "111000110"
_SIZES = {"IR": 10, "RE": 38, "HO": 15, "KO": 12, "SN": 9, "JD": 33, "MF": 33, "SY": 8, "SI": 44}
_JIS = {"〜": "～", "−": "－", "—": "―", "–": "―", "‐": "－"}


@dataclass(frozen=True, kw_only=True)
class Site:
    """Who claims: 都道府県, 点数表 and 医療機関コード as one number of ten digits."""

    code: str
    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One patient's レセプト of one month. ``insurance`` is None for 公費 alone, ``plan`` as
    in Insurance.

    ``public``: 負担者番号 and 受給者番号. ``notes``: comment code and text, the first one first.
    ``relation`` as in Insurance; ``marks`` 特記事項; ``share`` in percent.
    """

    chart_no: str
    month: date
    name: str
    kana: str
    sex: str
    birthdate: date
    days: tuple[date, ...]
    plan: str
    insurance: Insurance | None
    relation: str = ""
    share: int = 30
    marks: tuple[str, ...] = ()
    public: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    confirmed: bool = True
    search_no: str = ""
    history: tuple[str, ...] = field(default=())

    @property
    def points(self) -> int:
        return POINTS * len(self.days)

    @property
    def counts(self) -> int:
        """How many cases it is for GO: the insurance and each 公費."""
        return (self.insurance is not None) + len(self.public)


def file_of(site: Site, payer: str, claimed: date, receipts: Sequence[Receipt]) -> bytes:
    """The whole file for one 審査支払機関: ``payer`` 1 支払基金, 2 国保連."""
    head = _record(
        "IR",
        {
            1: payer,
            2: site.code[:2],
            3: site.code[2],
            4: site.code[3:],
            6: wide(site.name),
            7: f"{claimed:%Y%m}",
            8: "00",
            9: site.phone,
        },
    )
    lines = [head]
    for number, receipt in enumerate(receipts, 1):
        lines += lines_of(receipt, number)
    cases = sum(r.counts for r in receipts)
    points = sum(r.points for r in receipts)
    lines.append(f"GO,{cases},{points},99")
    return encode(lines)


def encode(lines: Iterable[str]) -> bytes:
    """Records as the bytes of a file."""
    return "".join(f"{line}\r\n" for line in lines).encode("cp932") + b"\x1a"


def lines_of(receipt: Receipt, number: int = 1) -> list[str]:
    """One レセプト: RE HO KO SN JD MF SY, the notes first in the 摘要, then the services."""
    lines = [_re(receipt, number)]
    if receipt.insurance is not None:
        lines.append(_ho(receipt, receipt.insurance))
    lines += [_ko(receipt, *plan) for plan in receipt.public]
    if receipt.confirmed and receipt.insurance is not None:
        lines += _sn(receipt.insurance)
    bearer = "1" if receipt.insurance is not None else "2"
    lines.append(_record("JD", {1: bearer, **{1 + day.day: "1" for day in receipt.days}}))
    lines.append(_record("MF", {1: "00"}))
    first = min(receipt.days)
    lines.append(
        _record("SY", {1: "0000999", 2: f"{first:%Y%m%d}", 3: "1", 5: "急性上気道炎", 6: "01"})
    )
    lines += [f"CO,01,{bearing(receipt)},{code},{wide(text)}" for code, text in receipt.notes]
    lines.append(_si(receipt))
    return [*lines, *receipt.history]


def _re(r: Receipt, number: int) -> str:
    return _record(
        "RE",
        {
            1: str(number),
            2: kind_code(r),
            3: f"{r.month:%Y%m}",
            4: wide(r.name),
            5: r.sex,
            6: f"{r.birthdate:%Y%m%d}",
            11: "".join(r.marks),
            13: r.chart_no,
            18: r.search_no,
            36: wide(r.kana).replace("　", ""),
        },
    )


def _ho(r: Receipt, insurance: Insurance) -> str:
    """保険者番号 has eight places, blanks at the left; 番号 as it is."""
    return _record(
        "HO",
        {
            1: fold.insurer_digits(insurance.insurer_number).rjust(8),
            2: one_mode(insurance.symbol),
            3: one_mode(insurance.number),
            4: str(len(r.days)),
            5: str(r.points),
        },
    )


def _ko(r: Receipt, payer_number: str, recipient: str) -> str:
    return _record(
        "KO",
        {
            1: payer_number.rjust(8),
            2: recipient.zfill(7) if recipient else "",
            4: str(len(r.days)),
            5: str(r.points),
        },
    )


def _sn(insurance: Insurance) -> list[str]:
    """資格確認 by the clinic: 枝番, where the scheme has one."""
    branch = fold.fold_branch(insurance.branch)
    if not branch or insurance.plan == "late":
        return []
    return [_record("SN", {1: "1", 2: "01", 6: branch})]


def _si(r: Receipt) -> str:
    fields = {1: "11", 2: bearing(r), 3: _SERVICE, 5: str(POINTS), 6: str(len(r.days))}
    return _record("SI", {**fields, **{12 + day.day: "1" for day in r.days}})


def bearing(r: Receipt) -> str:
    """負担区分: who bears a service, insurance and up to two 公費."""
    if r.insurance is None:
        return "5" if len(r.public) < 2 else "7"
    return ("1", "2", "4")[min(len(r.public), 2)]


def kind_code(r: Receipt) -> str:
    """レセプト種別 of an outpatient: scheme, number of 公費, and whose it is."""
    if r.insurance is None:
        scheme, parts = "2", len(r.public)
    else:
        scheme, parts = "3" if r.plan == "late" else "1", 1 + len(r.public)
    return f"1{scheme}{parts}{_person_digit(r)}"


def _person_digit(r: Receipt) -> str:
    """本人 2, 六歳 4, 家族 6, and from 70 on (or 後期) 8, with 3割 0."""
    if r.plan == "late" or elderly(r.birthdate, r.month):
        return "0" if r.share == 30 else "8"
    if preschool(r.birthdate, r.month):
        return "4"
    return "6" if r.relation == "2" else "2"


def elderly(birthdate: date, month: date) -> bool:
    """高齢受給者: from the month after the 70th birthday (the same, if that is the 1st)."""
    return (birthdate.year + 70, birthdate.month, birthdate.day) <= (month.year, month.month, 1)


def preschool(birthdate: date, month: date) -> bool:
    """未就学: until the 31st of March after the 6th birthday (1 April counts as March)."""
    early = (birthdate.month, birthdate.day) < (4, 2)
    return month < date(birthdate.year + (6 if early else 7), 4, 1)


def payer(r: Receipt) -> str:
    """審査支払機関: 2 国保連 for 国保 and 後期, 1 支払基金 for all others."""
    return "2" if r.plan in ("late", "kokuho") else "1"


def marks(plan: str, bracket: str, share: int) -> tuple[str, ...]:
    """特記事項 by the 限度額区分, where it is known; of 後期 else by the share (2割 41, 1割 42)."""
    known = {
        **{"A01": "26", "A02": "27", "A03": "28", "A04": "29", "A05": "30", "A06": "30"},
        **{"B01": "26", "B02": "27", "B03": "28", "B05": "30", "B06": "30", "B07": "30"},
        **{"B08": "30", "B09": "41", "B10": "42", "B04": "" if plan == "late" else "29"},
    }
    by_share = {20: "41", 10: "42"}.get(share, "") if plan == "late" else ""
    mark = known.get(bracket, "") or by_share
    return (mark,) if mark else ()


def _record(id: str, fields: dict[int, str]) -> str:
    row = [id, *[""] * (_SIZES[id] - 1)]
    for index, text in fields.items():
        row[index] = text
    return ",".join(row)


def wide(text: str) -> str:
    """Full-width throughout, and ？ for what JIS X 0208 lacks (the 記録条件仕様 says so)."""
    composed = unicodedata.normalize("NFKC", text)
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in composed)
    return "".join(c if _in_jis(c) else "？" for c in map(_as_jis, full.replace(" ", "　")))


def one_mode(text: str) -> str:
    """記号 and 番号: all half-width, or all full-width where one character has no half.

    A comma would end the field, and a quote is not used: both count as characters without a half.
    """
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    half = plain.isascii() and plain.isprintable() and not set(plain) & set(',"')
    return plain if half else wide(plain)


def _as_jis(char: str) -> str:
    return _JIS.get(char, char)


def _in_jis(char: str) -> bool:
    """Whether JIS X 0208 has it: CP932 without the extensions of NEC and IBM."""
    try:
        code = char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and code[0] != 0x87 and code[0] <= 0xEA

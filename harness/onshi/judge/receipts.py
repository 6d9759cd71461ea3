"""One レセプト as the rules read it: whose it is, which numbers it has, what it is meant as."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from onshi.claims.kinds import DECLARATIONS, UNKNOWN_INSURERS, describe, notes
from onshi.claims.records import Receipt
from onshi.judge.compare import fold_kana, has_blackdot, identifier, insurer, plain
from onshi.people.records import Patient
from onshi.visit import Chart

__all__ = [
    "carries",
    "free_texts",
    "has_code",
    "is_of",
    "is_old",
    "is_unknown",
    "nines",
    "numbers",
    "remarked",
    "same_numbers",
    "sevens",
]

_SEVENS = frozenset({"77777777", "777777777"})
_UNKNOWN = re.compile(r"不詳($|[:;、,(（])")
_SEPARATORS = str.maketrans("", "", "-・･.,、，　 ")


def is_of(receipt: Receipt, patient: Patient, charts: Collection[str], *, alone: bool) -> bool:
    """Whether a レセプト is the patient's: born that day, and of that name or chart number.

    ``alone``: the only one of its file, where the day of birth is enough: names are written
    with other characters, and カタカナ氏名 is optional.
    """
    charted = bool(receipt.chart_no) and plain(receipt.chart_no) in {plain(c) for c in charts}
    if receipt.birthdate is None:
        return charted or _named(receipt, patient)
    if receipt.birthdate != patient.birthdate:
        return False
    only = alone and receipt.sex in ("", patient.sex)
    return only or charted or _named(receipt, patient)


def _named(receipt: Receipt, patient: Patient) -> bool:
    name = plain(receipt.name)
    if receipt.kana and fold_kana(receipt.kana) == fold_kana(patient.kana):
        return True
    if not receipt.kana and (has_blackdot(name) or "?" in name):
        return len(name) == len(plain(patient.name))
    return name in (plain(patient.name), plain(patient.kana))


# --------------------------------------------------------------------------- numbers
def carries(receipt: Receipt, wanted: Chart) -> bool:
    """Whether a レセプト has these numbers, in its HO or, of 公費 alone, in a KO record.

    Width, padding, dashes and where 記号 ends and 番号 begins do not count; neither does what
    ``wanted`` leaves out.
    """
    own = [(receipt.insurer_number, receipt.symbol, receipt.number)]
    own += [(plan.payer_number, "", plan.recipient_number) for plan in receipt.public]
    return any(_same(one, wanted) for one in own)


def same_numbers(a: Chart | None, b: Chart) -> bool:
    """Whether two charts have the same numbers; what is missing in either is not compared."""
    if a is None or not a.insurer_number or not a.number:
        return False
    return _same((a.insurer_number, a.symbol or "", a.number), b)


def _same(own: tuple[str, str, str], wanted: Chart) -> bool:
    number, symbol, digits = own
    if wanted.insurer_number is not None and insurer(number) != insurer(wanted.insurer_number):
        return False
    if wanted.number is None:
        return True
    if wanted.symbol is None:
        return identifier(digits).endswith(identifier(wanted.number))
    apart = (identifier(symbol), identifier(digits))
    if apart == (identifier(wanted.symbol), identifier(wanted.number)):
        return True
    return _joined(symbol, digits) == _joined(wanted.symbol, wanted.number)


def _joined(symbol: str, number: str) -> str:
    return "".join(identifier(part).translate(_SEPARATORS) for part in (symbol, number))


def numbers(receipt: Receipt) -> str:
    """保険者番号・記号・番号 as they stand there, for a person."""
    parts = (receipt.insurer_number, receipt.symbol, receipt.number)
    return "・".join(p for p in parts if p) or "（なし）"


# ------------------------------------------------------------------- what it is meant as
def is_unknown(receipt: Receipt) -> bool:
    """Whether it is meant as 不詳, with whichever numbers: sevens, or 不詳 in the 摘要."""
    if nines(receipt):
        return False
    numbered = sevens(receipt) or plain(receipt.number) in _SEVENS
    return numbered or describe(receipt).kind == "unknown"


def nines(receipt: Receipt) -> bool:
    """Whether it has the numbers of a disaster."""
    return describe(receipt).kind == "disaster"


def is_old(receipt: Receipt) -> bool:
    """Whether it says 旧資格情報, by the code or in words, wherever it stands."""
    said = any("旧資格" in text for text in free_texts(receipt))
    return said or any(note.role == "old" for note in notes(receipt))


def remarked(receipt: Receipt) -> str:
    """What it says of 旧資格情報, 不詳 or a 申立書; "" for a normal レセプト."""
    roles = {note.role for note in notes(receipt)}
    if "unknown" in roles or any(_UNKNOWN.match(plain(t)) for t in free_texts(receipt)):
        return "不詳"
    if is_old(receipt):
        return "旧資格情報"
    return "被保険者資格申立書の記載" if roles & DECLARATIONS else ""


def free_texts(receipt: Receipt) -> Iterator[str]:
    """What stands in the 摘要 in free words: comments without a code of their own, 症状詳記,
    and comments that are attached to a 診療行為."""
    coded = {note.comment.line for note in notes(receipt) if note.by_code}
    for record in receipt.records:
        if record.number in coded:
            continue
        if record.id == "CO":
            yield record.field(4)
        elif record.id == "SJ":
            yield record.field(2)
        elif record.id in ("SI", "IY"):
            yield from (record.field(i) for i in (8, 10, 12) if record.field(i))


def has_code(receipt: Receipt, code: str) -> bool:
    """Whether a comment code stands anywhere in it, also attached to a 診療行為."""
    return any(code in record.fields for record in receipt.records)


def sevens(receipt: Receipt) -> bool:
    """Whether its 保険者番号 is one of 不詳."""
    return plain(receipt.insurer_number) in UNKNOWN_INSURERS

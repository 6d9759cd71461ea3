"""What a レセプト says of the qualification: normal, 旧資格情報, 不詳, or 不詳 after a disaster.

The numbers and comment codes are those of the notice of 2023-07 and of the comment master of
2023-08 (facts: claims page, section 3). That the comments stand in CO records at the head of the
摘要 is inferred: no official example of such a file is public.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from onshi.claims.lines import shown
from onshi.claims.records import Comment, Receipt

__all__ = [
    "DECLARATIONS",
    "FREE_TEXT",
    "ROLES",
    "UNKNOWN_INSURERS",
    "ClaimKind",
    "Declared",
    "Description",
    "Note",
    "NoteRole",
    "Point",
    "declared",
    "describe",
    "first_note",
    "notes",
    "unknown_number",
]

ClaimKind = Literal["normal", "old", "unknown", "disaster"]
"""Normal; 旧資格情報; 不詳 (sevens); 不詳 after a disaster (nines)."""

NoteRole = Literal[
    "split",
    "old",
    "unknown",
    "kana_name",
    "plan",
    "insurer_name",
    "employer",
    "address",
    "more_addresses",
    "phone",
    "contact_date",
]

ROLES: dict[str, NoteRole] = {
    "820000244": "split",
    "820000245": "old",
    "820000246": "unknown",
    "830000501": "kana_name",
    "830000502": "plan",
    "830000503": "insurer_name",
    "830000504": "employer",
    "830000505": "address",
    "830000506": "more_addresses",
    "830000507": "phone",
    "830000508": "contact_date",
}
"""Comment codes about the qualification; 830000501 to 508 are of the 被保険者資格申立書."""

DECLARATIONS = frozenset(r for r in ROLES.values() if r not in ("split", "old", "unknown"))
"""Roles of what stands on the 被保険者資格申立書."""

FREE_TEXT = "810000001"
"""The comment that is free text alone."""

UNKNOWN_INSURERS = ("77777777", "77777779")
"""保険者番号 of 不詳; the second since 2023-09-15, for systems that insist on a check digit."""

_DISASTER_INSURER = "99999999"
_DISASTER_NUMBERS = ("999999999", "99999999")
_WORDS: dict[str, NoteRole] = {"不詳": "unknown", "旧資格情報": "old"}
_NEEDED: dict[NoteRole, str] = {
    "kana_name": "カナ氏名（830000501）",
    "address": "住所（830000505）",
    "phone": "連絡先（830000507）",
    "contact_date": "患者への連絡を行った日付（830000508）",
}


@dataclass(frozen=True)
class Note:
    """A comment about the qualification. ``by_code``: by its own code, not as free text."""

    role: NoteRole
    text: str
    by_code: bool
    comment: Comment


@dataclass(frozen=True)
class Declared:
    """What of the 被保険者資格申立書 stands in the comments; "" what does not.

    ``addresses`` has all of them. Texts are as written, full width.
    """

    kana_name: str = ""
    plan: str = ""
    insurer_name: str = ""
    employer: str = ""
    addresses: tuple[str, ...] = ()
    phone: str = ""
    contact_date: str = ""


@dataclass(frozen=True)
class Point:
    """One thing that a レセプト of its kind has to have, or must not have.

    ``id`` is F1 to F7 of the facts' claims page, section 3.3. What is not ``certain`` is inferred
    and can only be warned of. ``text`` says in Japanese what was found, ``line`` where (the RE
    when it is missing).
    """

    id: str
    met: bool
    certain: bool
    text: str
    line: int


@dataclass(frozen=True)
class Description:
    """A レセプト by what it says of the qualification, and how well it says it."""

    kind: ClaimKind
    notes: tuple[Note, ...]
    declared: Declared
    points: tuple[Point, ...]

    @property
    def missing(self) -> tuple[Point, ...]:
        """The points that are not met."""
        return tuple(p for p in self.points if not p.met)


def notes(receipt: Receipt) -> tuple[Note, ...]:
    """The comments about the qualification, in order; free text 不詳 or 旧資格情報 counts."""
    found = []
    for comment in receipt.comments:
        if role := ROLES.get(comment.code):
            found.append(Note(role, comment.text, True, comment))
        elif comment.code == FREE_TEXT and (role := _WORDS.get(_plain(comment.text))):
            found.append(Note(role, comment.text, False, comment))
    return tuple(found)


def first_note(receipt: Receipt) -> Note | None:
    """What stands first in the 摘要, if that is a comment about the qualification."""
    return next((n for n in notes(receipt) if n.comment.place == 0), None)


def declared(receipt: Receipt) -> Declared:
    """What the comments 830000501 to 508 say; of the same code twice, the first."""
    said: dict[str, str] = {}
    addresses = []
    for note in notes(receipt):
        if note.role in ("address", "more_addresses"):
            addresses.append(note.text)
        said.setdefault(note.role, note.text)
    return Declared(
        kana_name=said.get("kana_name", ""),
        plan=said.get("plan", ""),
        insurer_name=said.get("insurer_name", ""),
        employer=said.get("employer", ""),
        addresses=tuple(a for a in addresses if a),
        phone=said.get("phone", ""),
        contact_date=said.get("contact_date", ""),
    )


def unknown_number(receipt: Receipt) -> str:
    """番号 of a 不詳 claim: nine sevens, of 後期 eight."""
    return "7" * (8 if receipt.late else 9)


def describe(receipt: Receipt) -> Description:
    """Which kind a レセプト is, and each point that its kind has to meet."""
    found = notes(receipt)
    roles = {n.role for n in found}
    number = _plain(receipt.number)
    kind: ClaimKind = "normal"
    if receipt.insurer_number == _DISASTER_INSURER or number in _DISASTER_NUMBERS:
        kind = "disaster"
    elif (
        receipt.insurer_number in UNKNOWN_INSURERS
        or number == unknown_number(receipt)
        or "unknown" in roles
    ):
        kind = "unknown"
    elif "old" in roles:
        kind = "old"
    points = {"normal": _normal, "old": _old, "unknown": _unknown, "disaster": _disaster}[kind]
    return Description(kind, found, declared(receipt), tuple(points(receipt, found)))


def _normal(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    strange = [n for n in found if n.role != "split"]
    said = "、".join(f"{n.comment.code} {n.text}".strip() for n in strange)
    line = strange[0].comment.line if strange else receipt.line
    text = (
        f"通常の請求に、不詳・申立書のコメントがある（{said}）" if said else "資格のコメントがない"
    )
    yield Point("F6", not strange, True, text, line)


def _old(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    note = next(n for n in found if n.role == "old")
    has = bool(receipt.insurer_number and receipt.number)
    text = f"過去の番号: {_numbers(receipt)}" if has else "過去の保険者番号と番号が揃っていません"
    yield Point("F7", has, True, text, receipt.line)
    yield _coded(note, "820000245 旧資格情報")
    others = [n for n in found if n.role not in ("old", "split")]
    text = "不詳・申立書のコメントもある" if others else "旧資格情報のコメントだけがある"
    yield Point("F5", not others, True, text, others[0].comment.line if others else receipt.line)


def _unknown(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    yield from _sevens(receipt)
    yield from _head(receipt, found)
    yield from _declarations(receipt, found)
    old = [n for n in found if n.role == "old"]
    text = "旧資格情報（820000245）もある" if old else "旧資格情報のコメントはない"
    yield Point("F5", not old, True, text, old[0].comment.line if old else receipt.line)


def _sevens(receipt: Receipt) -> Iterator[Point]:
    """保険者番号, 記号, 番号 (``004:L133``, ``004:L137``, ``004:L138``)."""
    line, insurer, symbol = _line(receipt, "HO"), receipt.insurer_number, receipt.symbol
    number, right = receipt.number, unknown_number(receipt)
    first = " か ".join(UNKNOWN_INSURERS)
    yield _told(insurer in UNKNOWN_INSURERS, "保険者番号", insurer, f"{first} です", line)
    yield _told(not symbol, "記号", symbol, "不詳では記録しません", line)
    yield _told(_plain(number) == right, "番号", number, f"{right}（{len(right)} 桁）です", line)


def _told(met: bool, name: str, text: str, expected: str, line: int) -> Point:
    found = f"{name}「{shown(text)}」"
    return Point("F1", met, True, found if met else f"{found}: {expected}", line)


def _head(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    """不詳 first in the 摘要 (``004:L142``)."""
    word = [n for n in found if n.role == "unknown"]
    if not word:
        yield Point("F2", False, True, "摘要欄に「不詳」がない", receipt.line)
        return
    note = word[0]
    first = note.comment.place == 0
    text = "摘要欄の先頭にある" if first else f"摘要欄の {note.comment.place + 1} 番目にある"
    yield Point("F2", first, False, f"「不詳」が{text}", note.comment.line)
    yield _coded(note, "820000246 不詳")


def _declarations(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    """What has to stand below 不詳 (``004:L144``); 事業所名 and 保険者等名称 when declared."""
    head = next((n.comment.place for n in found if n.role == "unknown"), -1)
    free = any(
        c.code == FREE_TEXT and _plain(c.text) not in _WORDS for c in receipt.comments
    )  # free text may hold any of them
    said = {n.role: n for n in found if n.text}
    for role, name in _NEEDED.items():
        note = said.get(role)
        if note is None:
            yield Point("F3", False, not free, f"{name}がない", receipt.line)
        else:
            below = note.comment.place > head
            text = f"{name}がある" if below else f"{name}が「不詳」より前にある"
            yield Point("F3", below, False, text, note.comment.line)
    for note in said.values():
        if note.role in DECLARATIONS:
            wide = not any(ord(c) < 0x7F or "\uff61" <= c <= "\uff9f" for c in note.text)
            text = f"{note.comment.code} の文字データ「{shown(note.text)}」"
            text += "" if wide else ": 全角で記録します"
            yield Point("F4", wide, True, text, note.comment.line)


def _disaster(receipt: Receipt, found: tuple[Note, ...]) -> Iterator[Point]:
    """Nines and 不詳 first: by the rules of each disaster, so all of it is inferred."""
    line = _line(receipt, "HO")
    nines = receipt.insurer_number == _DISASTER_INSURER
    nines = nines and _plain(receipt.number) in _DISASTER_NUMBERS
    yield Point("F1", nines, False, f"災害時の 9 の番号: {_numbers(receipt)}", line)
    first = next((n for n in found if n.role == "unknown" and n.comment.place == 0), None)
    text = "「不詳」が摘要欄の先頭に" + ("ある" if first else "ない")
    yield Point("F2", first is not None, False, text, first.comment.line if first else line)


def _coded(note: Note, code: str) -> Point:
    """Free text says it too; that the code is a must is nowhere in public."""
    text = f"コメントコード {code} による" if note.by_code else f"{code} ではなく自由記載による"
    return Point("F2" if note.role == "unknown" else "F7", note.by_code, False, text, _at(note))


def _at(note: Note) -> int:
    return note.comment.line


def _line(receipt: Receipt, record: str) -> int:
    lines: Iterable[int] = (r.number for r in receipt.records if r.id == record)
    return next(iter(lines), receipt.line)


def _numbers(receipt: Receipt) -> str:
    parts = (receipt.insurer_number, receipt.symbol, receipt.number)
    return "・".join(p for p in parts if p) or "（なし）"


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())

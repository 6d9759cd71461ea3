"""Chart and papers against the system's answer: what differs, and what is missing or odd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from clinic import fold
from clinic.chart import Page
from clinic.messages import Record


@dataclass(frozen=True)
class Difference:
    """One item that two sources give differently; both are shown to the operator."""

    label: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.label}: 当院「{self.ours}」 オンライン「{self.theirs}」"


def _differ(
    label: str, ours: str | None, theirs: str, folded: Callable[[str], str]
) -> list[Difference]:
    """A difference only where both sides say something."""
    if not ours or not theirs or not folded(ours) or not folded(theirs):
        return []
    return [] if folded(ours) == folded(theirs) else [Difference(label, ours, theirs)]


def person(ours: Page, record: Record) -> list[Difference]:
    """Kana, birth date, sex: what tells one person from another.

    The written name does not: ● stands for any character, and spellings vary.
    """
    found = _differ("カナ氏名", ours.kana, record.kana, fold.fold_kana)
    if ours.birthdate and record.birthdate and ours.birthdate != record.birthdate:
        found.append(
            Difference("生年月日", ours.birthdate.isoformat(), record.birthdate.isoformat())
        )
    return found + _differ("性別", ours.sex, record.sex, fold.fold_sex)


def name(ours: Page, record: Record) -> list[Difference]:
    """The written name, where it differs by more than a ●."""
    if not ours.name or not record.name or fold.same_name(ours.name, record.name):
        return []
    return [Difference("氏名", ours.name, record.name)]


def address(ours: Page, record: Record) -> list[Difference]:
    """The address, where it is another place and not another way to write it."""
    if fold.KUROMARU in record.address:
        return []
    return _differ("住所", ours.address, record.address, fold.fold_address)


def insurance(ours: Page, record: Record) -> list[Difference]:
    """Insurer, 記号, 番号, 枝番."""
    return [
        *_differ("保険者番号", ours.insurer_number, record.insurer_number, fold.fold_insurer),
        *_differ("記号", ours.symbol, record.symbol, fold.fold_number),
        *_differ("番号", ours.number, record.number, fold.fold_number),
        *_differ("枝番", ours.branch, record.branch, fold.fold_branch),
    ]


def age(birthdate: date, on: date) -> int:
    return on.year - birthdate.year - ((on.month, on.day) < (birthdate.month, birthdate.day))


def share_of(record: Record, on: date) -> int | None:
    """The patient's share in percent by the answer; None where it should say and does not."""
    if record.card_class == "A1":
        return 0
    if record.late_ratio is not None:
        return record.late_ratio
    if record.elderly_ratio is not None:
        return record.elderly_ratio
    if record.birthdate is not None and age(record.birthdate, on) >= 70:
        return None
    return 20 if record.preschool else 30


def _always_ends(record: Record) -> bool:
    """国保 (six digits) and 後期 (39) have an end; many of the others go on without."""
    insurer = fold.fold_insurer(record.insurer_number)
    return len(insurer) <= 6 or insurer.startswith("39")


def oddities(record: Record, on: date) -> list[str]:
    """What is missing or cannot be: shown, left blank, never filled in."""
    found = []
    if record.valid_from is None:
        found.append("有効開始日の記載がありません")
    if not record.valid_to and _always_ends(record):
        found.append("有効期限の記載がありません")
    if record.relation not in ("1", "2"):
        found.append("本人・家族の区分の記載がありません")
    years = age(record.birthdate, on) if record.birthdate else None
    if years is not None and years >= 70 and share_of(record, on) is None:
        found.append("高齢受給者証などの負担割合の記載がありません")
    if years is not None and years < 70 and record.limit.startswith("B"):
        found.append(f"{years}歳に70歳以上の限度額区分{record.limit}が付いています")
    return found

"""H22 Below 不詳 stands what the 申立書 says, and the day of contact (``004:L144``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onshi.claims.kinds import NoteRole, notes
from onshi.judge.case import Finding
from onshi.judge.claiming import Bill, bills, disaster, no_bill
from onshi.judge.compare import address, fold_kana, plain
from onshi.judge.findings import Half
from onshi.judge.japanese_days import day_in
from onshi.judge.receipts import free_texts, is_unknown
from onshi.judge.rules import story_rule
from onshi.judge.story import Story

ITEMS = Half("H22", "fail", "申立書のカナ氏名・保険者名・事業所名・住所・連絡先と連絡日を書く")
PLACE = Half("H22", "warn", "申立書の内容は、コメントコードで「不詳」のすぐ下に書く")
PHONE = Half("H22", "warn", "連絡先を書く")
_ONCE: dict[NoteRole, str] = {
    "insurer_name": "保険者等名称（830000503）",
    "employer": "事業所名（830000504）",
    "phone": "連絡先（830000507）",
}


@dataclass(frozen=True)
class _Item:
    """One thing that has to be there: its role, its name, what was declared ("" not known).

    ``nth``: of several with one role, this is that one, from 1.
    """

    role: NoteRole
    name: str
    declared: str = ""
    nth: int = 1


@story_rule("H22")
def judge(story: Story) -> Iterator[Finding]:
    found = bills(story)
    if not found:
        yield ITEMS.unseen(no_bill(story))
    for bill in found:
        if disaster(story):
            yield ITEMS.unseen("災害のときの請求である（H61）")
        elif not is_unknown(bill.receipt):
            yield ITEMS.unseen("不詳の請求ではない")
        else:
            yield from _written(bill)


def _written(bill: Bill) -> Iterator[Finding]:
    needed = _needed(bill)
    missing = [item.name for item in needed if not _there(bill, item)]
    if missing:
        yield ITEMS.broken(f"{'・'.join(missing)}の記載がない", "、".join(_codes(bill)) or "なし")
    else:
        yield ITEMS.met("、".join(item.name for item in needed))
    phone = _Item("phone", "連絡先（830000507）")
    if not any(item.role == "phone" for item in needed):
        if _there(bill, phone):
            yield PHONE.met("連絡先がある")
        else:
            yield PHONE.broken("連絡先の記載がない（申立書にあったかどうかは見えない）")
    yield _placed(bill, needed)


def _needed(bill: Bill) -> list[_Item]:
    """What is known of the patient anyway, the day of contact, and what they declared."""
    patient, says = bill.case.visit.patient, _said(bill)
    addresses = says.get("addresses")
    places = [str(a) for a in addresses] if isinstance(addresses, list | tuple) else []
    found = [
        _Item("kana_name", "カナ氏名（830000501）", patient.kana),
        _Item("address", "住所（830000505）", places[0] if places else patient.address),
        _Item("contact_date", "患者への連絡を行った日付（830000508）"),
    ]
    for nth, place in enumerate(places[1:], start=1):
        name = f"{nth + 1}つ目の住所（830000506）"
        found.append(_Item("more_addresses", name, place, nth))
    found += [_Item(role, name, str(says[role])) for role, name in _ONCE.items() if says.get(role)]
    return found


def _said(bill: Bill) -> dict[str, object]:
    """What the patient said over the visits, the last word counting."""
    return {k: v for _, c in bill.since_then() for k, v in c.case.visit.says.items()}


def _there(bill: Bill, item: _Item) -> bool:
    """In a comment of its own, together with others of its role, or in free words."""
    own = [n.text for n in notes(bill.receipt) if n.role == item.role and plain(n.text)]
    if len(own) >= item.nth or any(address(item.declared) in address(text) for text in own):
        return True
    return any(_speaks_of(text, item, bill) for text in free_texts(bill.receipt))


def _speaks_of(text: str, item: _Item, bill: Bill) -> bool:
    """Whether a comment in free words names it: the notice asks for the words, not for codes."""
    if item.role == "contact_date":
        return day_in(text, bill.case.date) is not None
    if not item.declared:
        return sum(c.isdigit() for c in plain(text)) >= 9 if item.role == "phone" else False
    if item.role == "kana_name":
        return fold_kana(item.declared) in fold_kana(text)
    if item.role in ("address", "more_addresses"):
        return address(item.declared) in address(text)
    if item.role == "phone":
        return _digits(item.declared) in _digits(text)
    return plain(item.declared) in plain(text)


def _digits(text: str) -> str:
    return "".join(c for c in plain(text) if c.isdigit())


def _placed(bill: Bill, needed: list[_Item]) -> Finding:
    found = notes(bill.receipt)
    word = next((n.comment.place for n in found if n.role == "unknown" and n.by_code), None)
    coded = {n.role: n.comment.place for n in found if n.by_code}
    loose = [item.name for item in needed if item.role not in coded and _there(bill, item)]
    if loose:
        return PLACE.broken(f"{'・'.join(loose)}がコードのない自由な文で書かれている")
    places = sorted(p for role, p in coded.items() if role not in ("unknown", "old", "split"))
    if word is None or not places:
        return PLACE.unseen("コメントコードの「不詳」か申立書の内容がない")
    if places[0] < word:
        return PLACE.broken("申立書の内容が「不詳」より前にある")
    between = [c for c in bill.receipt.comments if word < c.place < places[0]]
    if between:
        return PLACE.broken("「不詳」と申立書の内容のあいだに別の記載がある", between[0].code)
    return PLACE.met("「不詳」のすぐ下にある")


def _codes(bill: Bill) -> list[str]:
    return [f"{n.comment.code} {n.text}".strip() for n in notes(bill.receipt)]

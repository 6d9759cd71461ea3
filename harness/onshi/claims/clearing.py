"""審査支払機関: what becomes of a claim, by the truth of the coverage at that date.

Stands in for 支払基金 and 国保連, and for the insurers behind them. What they really do is public
in outline only (facts: claims page, section 4); docs/claims.md has what is decided here and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from onshi.claims.check import check
from onshi.claims.dates import last_of
from onshi.claims.identity import People, same_numbers
from onshi.claims.kinds import Description, describe
from onshi.claims.layout import layout_of
from onshi.claims.records import Receipt, Settled, Uke
from onshi.claims.remarks import CHECKS, Remark
from onshi.claims.shares import share_fault
from onshi.people.records import Coverage

__all__ = ["DEFECT", "NOBODY", "WRONG_INSURER", "service_days", "settle"]

DEFECT, WRONG_INSURER, NOBODY = "記載事項の不備", "保険者の相違", "該当者なし"
"""The reasons that clinics report of returned 不詳 claims (``003:L348``)."""

_UNKNOWN_SINCE = date(2023, 9, 1)
"""請求年月 from which 不詳 can be claimed (``004:L150``)."""
_CARRIED = ("F1", "F2", "F3", "F5")
"""Points without which a 不詳 claim goes back; of half-width texts (F4) no source says so."""
_SERVICE = ("SI", "SS", "IY", "TO")


def settle(
    uke: Uke,
    coverages: Iterable[Coverage],
    truth: Coverage | Iterable[Coverage],
    on: date,
    *,
    reason: str = "",
) -> Sequence[Settled]:
    """Decide about every レセプト of a file on the day ``on``.

    ``coverages`` is what the system knows, ``truth`` what is really so of the patient, several
    when it changes over time; ``reason`` returns every レセプト for that reason, whatever is
    right.
    """
    truths = (truth,) if isinstance(truth, Coverage) else tuple(truth)
    people = People(coverages, truths, on)
    faults = [r for r in check(uke) if r.level == "certain" and CHECKS[r.code].refused]
    decided = []
    for receipt in uke.receipts:
        settled = _defect(receipt, faults, uke, people) or _decide(receipt, uke.month, people)
        if reason and settled.reason != reason:
            settled = _returned(receipt, reason, f"{reason}のため返戻します")
        decided.append(settled)
    return tuple(decided)


def _defect(receipt: Receipt, faults: Sequence[Remark], uke: Uke, people: People) -> Settled | None:
    """A formal fault of the レセプト, or of the whole file, which is not taken in then."""
    lines = {r.number for r in receipt.records} | {1, uke.records[-1].number}
    own = [f for f in faults if f.line in lines]
    if people.by_numbers(receipt):
        # A number that is somebody's is right, whatever its last digit is.
        own = [f for f in own if f.code != "check_digit"]
    return _returned(receipt, DEFECT, "。".join(str(f) for f in own[:3])) if own else None


def _decide(receipt: Receipt, month: date, people: People) -> Settled:
    described = describe(receipt)
    if described.kind == "disaster":
        text = "災害時の不詳として受け付けました。保険者の特定はここではしません"
        return Settled(receipt, "accepted", detail=text)
    if described.kind == "unknown" and month < _UNKNOWN_SINCE:
        text = f"不詳の請求は {_UNKNOWN_SINCE:%Y-%m} の請求からできます"
        return _returned(receipt, DEFECT, text)
    if described.kind == "unknown":
        return _unknown(receipt, described, people)
    return _known(receipt, people)


def _unknown(receipt: Receipt, described: Description, people: People) -> Settled:
    """不詳: put right by 職権補正 where what was declared tells who it is (``004:L148``).

    Where nothing tells, all insurers pay in proportion (``004:L109``): the clinic hears nothing.
    """
    if lacks := [p for p in described.missing if p.certain and p.id in _CARRIED]:
        return _returned(receipt, DEFECT, "。".join(p.text for p in lacks))
    found = people.by_name(receipt, described.declared)
    if not found:
        return _returned(receipt, NOBODY, "カナ氏名と生年月日の合う人がいません")
    if len(found) > 1:
        return _shared(receipt, f"カナ氏名と生年月日の合う人が {len(found)} 人いる")
    day = _last_day(receipt)
    right = people.right(found[0].key, day)
    if right is None:
        return _returned(receipt, NOBODY, f"{day.isoformat()} に資格のある保険者がありません")
    if not people.registered(right, day):
        return _shared(receipt, f"{day.isoformat()} の資格がまだ登録されていない")
    if fault := share_fault(receipt, right.qualification, right.patient, day):
        return _returned(receipt, DEFECT, fault)
    text = f"届出の内容から {right.qualification.insurer_name} と分かり、職権で補正しました"
    return _borne(Settled(receipt, "corrected", detail=text), right)


def _shared(receipt: Receipt, why: str) -> Settled:
    text = f"{why}ので保険者を特定できず、各保険者で按分して支払います"
    return Settled(receipt, "accepted", detail=text)


def _known(receipt: Receipt, people: People) -> Settled:
    """A claim with numbers, with or without 旧資格情報."""
    found = people.by_numbers(receipt)
    mine = people.meant(receipt, found)
    if not mine:
        return _stranger(receipt, people, bool(found))
    claimed = mine[0]
    aid = claimed.qualification.plan == "seiho"
    for day in service_days(receipt) or [_some_day(receipt, claimed)]:
        right = people.right(claimed.patient.key, day, aid)
        if right is None or not same_numbers(claimed.qualification, right.qualification):
            return _not_theirs(receipt, claimed, right, day, people)
        if fault := share_fault(receipt, right.qualification, right.patient, day):
            return _returned(receipt, DEFECT, fault)
    return Settled(receipt, "accepted", detail="記載の保険者で受け付けました")


def _stranger(receipt: Receipt, people: People, others: bool) -> Settled:
    """Numbers that are not this person's, at no time."""
    if not receipt.insurer_number and not _is_aid(receipt):
        return Settled(receipt, "accepted", detail="公費だけの請求で、資格はここでは確かめません")
    who = people.by_name(receipt)
    day = _last_day(receipt)
    right = [r for p in who if (r := people.right(p.key, day)) is not None]
    if not right:
        text = (
            "記号・番号が、氏名・生年月日の違う人のものです"
            if others
            else "記号・番号に当たる人がいません"
        )
        return _returned(receipt, NOBODY, text)
    insurers = {r.qualification.insurer_number for r in right}
    if receipt.insurer_number in insurers:
        return _returned(receipt, NOBODY, "保険者は合いますが、記号・番号に当たる人がいません")
    text = f"{day.isoformat()} の資格は、記載の保険者のものではありません"
    return _returned(receipt, WRONG_INSURER, text)


def _not_theirs(
    receipt: Receipt, claimed: Coverage, right: Coverage | None, day: date, people: People
) -> Settled:
    """Numbers that were this person's, but not on the day: 振替 where it can be done."""
    when = day.isoformat()
    if right is None:
        return _returned(receipt, WRONG_INSURER, f"{when} には資格がありません")
    if people.thought_valid(claimed, day):
        text = f"{when} にはもう資格がないと、記載の保険者から返されました"
        return _returned(receipt, WRONG_INSURER, text)
    if receipt.public:
        text = f"{when} には資格がなく、公費との併用なので振替ができません"
        return _returned(receipt, WRONG_INSURER, text)
    if _high_cost(receipt):
        text = f"{when} には資格がなく、高額療養費の現物給付があるので振替ができません"
        return _returned(receipt, WRONG_INSURER, text)
    if not people.registered(right, day):
        text = f"{when} には資格がなく、新しい資格がまだ登録されていないので振替ができません"
        return _returned(receipt, WRONG_INSURER, text)
    if fault := share_fault(receipt, right.qualification, right.patient, day):
        return _returned(receipt, DEFECT, fault)
    name = right.qualification.insurer_name
    split = any(d < day for d in service_days(receipt))
    text = (
        f"{when} から {name} の資格なので分割しました"
        if split
        else f"{when} の資格の {name} へ振り替えました"
    )
    return _borne(Settled(receipt, "transferred", detail=text), right)


def service_days(receipt: Receipt) -> tuple[date, ...]:
    """The days of treatment: by JD, else by the days of SI, IY and TO; empty if neither tells."""
    month, layout = receipt.month, layout_of("医科")
    numbers: set[int] = set()
    for record in receipt.records:
        if record.id == "JD":
            numbers |= {d for d in range(1, 32) if record.field(d + 1)}
    if not numbers:
        for record in (r for r in receipt.records if r.id in _SERVICE and layout.items(r.id)):
            first = layout.index(record.id, "算定日1") - 1
            numbers |= {d for d in range(1, 32) if record.field(first + d)}
    end = last_of(month)
    days = [month + timedelta(days=d - 1) for d in sorted(numbers)]
    return tuple(d for d in days if d <= end)


def _last_day(receipt: Receipt) -> date:
    """The last day of treatment; of the month, where no day is told."""
    return next(reversed(service_days(receipt)), last_of(receipt.month))


def _some_day(receipt: Receipt, claimed: Coverage) -> date:
    """A day of the month on which a qualification holds, if there is one."""
    end = last_of(receipt.month)
    return end if claimed.holds_to is None else max(min(end, claimed.holds_to), receipt.month)


def _high_cost(receipt: Receipt) -> bool:
    """高額療養費現物給付: 負担金額 in HO, or 窓口負担額区分 01 or 04 in MF."""
    marks = {r.field(1) for r in receipt.records if r.id == "MF"}
    return receipt.burden is not None or bool(marks & {"01", "04"})


def _is_aid(receipt: Receipt) -> bool:
    return any(p.payer_number.startswith("12") for p in receipt.public)


def _returned(receipt: Receipt, reason: str, detail: str) -> Settled:
    return Settled(receipt, "returned", reason, detail)


def _borne(settled: Settled, right: Coverage) -> Settled:
    q = right.qualification
    return replace(settled, insurer_number=q.insurer_number, symbol=q.symbol, number=q.number)

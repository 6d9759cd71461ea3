"""Whether 種別 and 特記事項 of a レセプト say the share and the bracket that are really so.

The last digit of the 種別 tells 高齢受給者 and 後期 with 3割 (0) from the others (8), and children
under school age (4); 特記事項 name the bracket (facts: claims page, section 2.3).
"""

from __future__ import annotations

from datetime import date

from onshi.claims.records import Receipt
from onshi.people.records import Patient, Qualification

__all__ = ["BRACKET_MARKS", "share_fault"]

BRACKET_MARKS = {
    "26": "区ア",
    "27": "区イ",
    "28": "区ウ",
    "29": "区エ",
    "30": "区オ",
    "41": "区カ",
    "42": "区キ",
}
"""特記事項 that name a bracket of 高額療養費; 41 and 42 are of 後期 since 2022-10."""

_OF_INPATIENT = {"1": "2", "3": "4", "5": "6", "7": "8", "9": "0"}
_LATE_SHARES = {"41": 20, "42": 10, "26": 30, "27": 30, "28": 30}
_MARK_OF_BRACKET = {
    "A01": "26",
    "A02": "27",
    "A03": "28",
    "A04": "29",
    "A05": "30",
    "A06": "30",
    "B01": "26",
    "B02": "27",
    "B03": "28",
    "B04": "29",
    "B05": "30",
    "B06": "30",
    "B07": "30",
    "B08": "30",
    "B09": "41",
    "B10": "42",
}
"""By OQSCD012."""


def share_fault(receipt: Receipt, q: Qualification, patient: Patient, day: date) -> str:
    """What is wrong, in Japanese; "" when nothing is, or nothing can be said.

    ``q`` is what the patient really had on ``day``.
    """
    if receipt.kind[1:2] == "2" or q.plan == "seiho":
        return ""
    return _kind_fault(receipt, q, patient, day) or _mark_fault(receipt, q, day)


def _kind_fault(receipt: Receipt, q: Qualification, patient: Patient, day: date) -> str:
    claimed = _OF_INPATIENT.get(receipt.kind[-1:], receipt.kind[-1:])
    ratio = q.late_ratio if q.late_ratio is not None else q.elderly_ratio
    if ratio is not None:
        right = {"0"} if ratio == 30 else {"8"}
    elif q.plan == "kouki" or patient.age(day) >= 70:
        return ""
    else:
        right = {"4"} if q.share(patient.birthdate, day) == 20 else {"2", "6"}
    if claimed in right:
        return ""
    share = q.share(patient.birthdate, day)
    return f"種別 {receipt.kind} が、{day.isoformat()} の負担割合 {share // 10}割と合いません"


def _mark_fault(receipt: Receipt, q: Qualification, day: date) -> str:
    marks = [m for m in receipt.marks if m in BRACKET_MARKS]
    for mark in marks:
        share = _LATE_SHARES.get(mark)
        if q.late_ratio is not None and share is not None and share != q.late_ratio:
            ratio = q.late_ratio // 10
            return (
                f"特記事項 {mark}（{BRACKET_MARKS[mark]}）が、後期の負担割合 {ratio}割と合いません"
            )
    right = _right_mark(q, day)
    wrong = [m for m in marks if right and m != right]
    if not wrong:
        return ""
    return (
        f"特記事項 {wrong[0]}（{BRACKET_MARKS[wrong[0]]}）が、{day.isoformat()} の限度額の区分"
        f"（{right} {BRACKET_MARKS[right]}）と合いません"
    )


def _right_mark(q: Qualification, day: date) -> str:
    """The mark of the bracket that the patient really has; "" where nothing tells."""
    limit = q.limit
    if limit is None or not limit.start <= day <= limit.end:
        return ""
    if limit.bracket == "B04" and q.late_ratio is not None:
        return "41" if q.late_ratio == 20 else "42"
    return _MARK_OF_BRACKET.get(limit.bracket, "")

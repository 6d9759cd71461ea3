"""People, their qualifications and the claims about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from claim_samples import as_bytes, with_item

from onshi.claims.clearing import settle
from onshi.claims.read import read_uke
from onshi.claims.records import Settled, Uke
from onshi.people.records import Coverage, Patient, Qualification

DAY = date(2025, 10, 20)
"""On which the patient was treated."""
PAYDAY = date(2025, 12, 5)
"""On which the 審査支払機関 decides."""


def person(key: str = "p1", **other: Any) -> Patient:
    what: dict[str, Any] = {
        "key": key,
        "family": "検証",
        "given": "太郎",
        "family_kana": "ケンショウ",
        "given_kana": "タロウ",
        "sex": "1",
        "birthdate": date(1980, 4, 1),
        "postcode": "1540000",
        "address": "東京都検証区検証1丁目2番3号",
        "municipality": "検証区",
        "mynumber": "0" * 12,
    }
    return Patient(**{**what, **other})


def qualification(**other: Any) -> Qualification:
    what: dict[str, Any] = {
        "insurer_number": "06139992",
        "insurer_name": "検証健康保険組合",
        "symbol": "１２３",
        "number": "4567",
        "branch": "00",
        "relation": "1",
        "acquired": date(2020, 4, 1),
    }
    return Qualification(**{**what, **other})


def coverage(patient: Patient | None = None, /, **other: Any) -> Coverage:
    dates = {k: other.pop(k) for k in list(other) if k in Coverage.__struct_fields__}
    dates.setdefault("holds_from", date(2020, 4, 1))
    return Coverage(patient=patient or person(), qualification=qualification(**other), **dates)


NEW = {
    "insurer_number": "01139991",
    "insurer_name": "協会けんぽ（検証）",
    "symbol": "999",
    "number": "888",
}


def changed_insurer(
    since: date = date(2025, 10, 1),
    *,
    lost_known: date | None = date(2025, 10, 5),
    new_known: date | None = date(2025, 11, 20),
    **new: Any,
) -> tuple[Coverage, Coverage]:
    """The old qualification and the one since a day."""
    last = date.fromordinal(since.toordinal() - 1)
    old = coverage(holds_to=last, loss_known_from=lost_known)
    return old, coverage(holds_from=since, known_from=new_known, **{**NEW, **new})


def late(ratio: int = 10, **other: Any) -> Coverage:
    elder = person(birthdate=date(1944, 4, 1))
    numbers = {"insurer_number": "39139993", "insurer_name": "検証広域連合", "symbol": ""}
    return coverage(elder, late_ratio=ratio, number="12345678", **{**numbers, **other})


def claim(
    c: Coverage,
    *extra: str,
    kind: str = "1112",
    marks: str = "",
    days: Iterable[int] = (20,),
    burden: str = "",
    numbers: Sequence[str] | None = None,
    **items: str,
) -> Uke:
    """A claim with the numbers of ``c``, of 公費 alone without HO; ``extra`` are further lines.

    ``items`` are of RE, but for ``claimed`` (請求年月), ``service`` (the SI line), ``total`` (GO).
    """
    patient, q = c.patient, c.qualification
    alone = kind[1] == "2"
    insurer, symbol, number = numbers or (q.insurer_number, q.symbol, q.number)
    national = len(insurer) == 6 or insurer.startswith("39")
    month = items.get("claimed", "202511")
    head = f"IR,{2 if national else 1},13,1,9999999,,検証用,{month},00,"
    line = f"RE,1,{kind},202510,{patient.name},{patient.sex},{patient.birthdate:%Y%m%d},,,,,{marks}"
    line = with_item(line, 36, items.get("kana", patient.family_kana + patient.given_kana))
    line = with_item(line, 4, items.get("name", patient.name))
    line = with_item(line, 3, items.get("treated", "202510"))
    if "birthdate" in items:
        line = with_item(line, 6, items["birthdate"])
    treated = set(days)
    marked = ",".join("1" if d in treated else "" for d in range(1, 32))
    public = [e for e in extra if e.startswith("KO,")]
    insured = f"HO,{insurer.rjust(8)},{symbol},{number},{len(treated)},291,,,,,,{burden},,,"
    count = (not alone) + len(public)
    lines = [
        head,
        line,
        *([] if alone else [insured]),
        *public,
        *([f"JD,1,{marked}"] if treated else []),
        *(e for e in extra if e.startswith("MF,")),
        "SY,0000999,20251020,1,,検証用傷病名,01,",
        *(e for e in extra if e.startswith("CO,")),
        items.get("service", "SI,11,1,111000110,,291,1"),
        f"GO,{count},{items.get('total', '291')},99",
    ]
    return read_uke(as_bytes(lines))


def decided(
    uke: Uke, truth: Coverage, *known: Coverage, on: date = PAYDAY, reason: str = ""
) -> Settled:
    """What becomes of the only レセプト; the system knows ``known``, else the truth alone."""
    (settled,) = settle(uke, known or (truth,), truth, on, reason=reason)
    return settled


def with_q(c: Coverage, **changes: Any) -> Coverage:
    """The same with another qualification."""
    q = msgspec.structs.replace(c.qualification, **changes)
    return msgspec.structs.replace(c, qualification=q)

"""What a scheme gives a person: insurer, 記号・番号・枝番, shares and certificates, all invented.

Insurer numbers carry the body ``999`` and a right check digit (facts: claims page, section 5).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any, Literal

import msgspec

from onshi.people.numbers import luhn
from onshi.people.records import Coverage, MedicalTicket, Patient, Qualification, SpecificDisease

__all__ = [
    "ONE_BY_ONE",
    "WIDE",
    "Insurers",
    "Plan",
    "another",
    "enrol",
    "kidney_disease",
    "shift_years",
]

Plan = Literal["shaho", "kokuho", "kouki", "kyosai", "jieitai", "seiho"]
Insurers = Mapping[str, Sequence[tuple[str, str]]]

ONE_BY_ONE = frozenset({"kouki", "jieitai", "seiho"})
"""Schemes that have no families in them."""

WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")

_BODIES: dict[str, tuple[str, str]] = {
    "kouki": ("39", "後期高齢者医療広域連合（試験用）"),
    "kyosai": ("31", "試験用共済組合"),
    "jieitai": ("07", "自衛隊（試験用）"),
}


def enrol(
    rng: Random,
    patient: Patient,
    plan: Plan,
    pref: str,
    on: date,
    head: bool,
    insurers: Insurers | None,
) -> Coverage:
    """The qualification of a patient in a scheme; ``insurers`` to draw from, invented else."""
    number, name = _insurer(rng, plan, pref, patient.municipality)
    if own := _own(insurers or {}, plan):
        number, name = Random(f"{patient.mynumber}/{plan}").choice(own)
    age = patient.age(on)
    acquired = _acquired(rng, patient, plan, on)
    qualification = Qualification(
        insurer_number=number,
        insurer_name=name,
        symbol=_symbol(rng, plan, patient.municipality),
        number=_number(rng, plan),
        branch="" if plan in ("kouki", "seiho") else _branch(rng, head, plan),
        relation="1" if head else "2",
        card_class={"jieitai": "07", "seiho": "A1"}.get(plan, "01"),
        acquired=acquired,
        valid_to=_next_july(on) if plan in ("kokuho", "kouki") else None,
        elderly_ratio=20 if 70 <= age < 75 and plan != "seiho" else None,
        late_ratio=rng.choices((10, 20, 30), (70, 20, 10))[0] if plan == "kouki" else None,
        preschool=age < 6 and plan != "seiho",
        tickets=(_ticket(rng, patient, on),) if plan == "seiho" else (),
    )
    return Coverage(
        patient=patient, qualification=qualification, holds_from=acquired, known_from=acquired
    )


def another(rng: Random, q: Qualification, nth: int) -> Qualification:
    """The numbers of a relative of somebody with a qualification.

    Under the same insured person; with numbers of their own where a scheme knows no families. A
    自衛官's relatives are in the 共済.
    """
    changed: dict[str, Any] = {"branch": _other_branch(q.branch, nth), "relation": "2"}
    if q.plan in ("kouki", "seiho"):
        changed = {"number": _number(rng, q.plan), "branch": "", "relation": "1"}
    elif q.plan == "jieitai":
        body = f"31{q.insurer_number[2:7]}"
        changed |= {
            "insurer_number": body + luhn(body),
            "insurer_name": "試験用共済組合",
            "card_class": "01",
        }
    tickets = tuple(msgspec.structs.replace(t, issue_number=_issue_number(rng)) for t in q.tickets)
    return msgspec.structs.replace(q, **changed, tickets=tickets, diseases=())


def kidney_disease(coverage: Coverage) -> Coverage:
    """The same with a 特定疾病療養受療証 for dialysis since the qualification began."""
    q = coverage.qualification
    disease = SpecificDisease(category="1", start=q.acquired)
    return msgspec.structs.replace(
        coverage, qualification=msgspec.structs.replace(q, diseases=(disease,))
    )


def shift_years(day: date, years: int) -> date:
    """The same day in another year, the 28th for February 29th where there is none."""
    year = day.year + years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _own(insurers: Insurers, plan: Plan) -> Sequence[tuple[str, str]]:
    """The insurers to draw from; 共済 are among 社保."""
    if plan == "kyosai":
        return [i for i in insurers.get("shaho", ()) if i[0][:2] in ("31", "32", "33", "34")]
    return insurers.get(plan, ())


def _insurer(rng: Random, plan: Plan, pref: str, municipality: str) -> tuple[str, str]:
    """A number with the body 999 and a right check digit, and a name that says so."""
    if plan == "kokuho":
        body, name = f"{pref}999", f"{municipality}国民健康保険（試験用）"
    elif plan == "seiho":
        body, name = f"12{pref}999", f"{municipality}福祉事務所（試験用）"
    elif plan in _BODIES:
        law, name = _BODIES[plan]
        body = f"{law}{pref}999"
    elif rng.random() < 0.5:
        body, name = f"06{pref}999", "試験用健康保険組合"
    else:
        body, name = f"01{pref}999", "全国健康保険協会（試験用）"
    return body + luhn(body), name


def _symbol(rng: Random, plan: Plan, municipality: str) -> str:
    """記号 as on a card: none for 後期 and 医療扶助; digits of either width, or characters too."""
    digits = str(rng.randint(10, 99999999))
    if plan in ("kouki", "seiho"):
        return ""
    if plan == "kokuho":
        return municipality[0] + digits[:4].translate(WIDE)
    return digits.translate(WIDE) if rng.random() < 0.5 else digits


def _number(rng: Random, plan: str) -> str:
    """番号: eight digits for 後期, the seven of a 受給者番号 for 医療扶助, else any."""
    if plan in ("kouki", "seiho"):
        length = 7 if plan == "kouki" else 6
        body = f"{rng.randrange(10**length):0{length}d}"
        return body + luhn(body)
    return str(rng.randint(1, 9999999))


def _branch(rng: Random, head: bool, plan: Plan) -> str:
    if head:
        return "01" if plan == "kokuho" else "00"
    return f"{rng.randint(2, 5):02d}"


def _other_branch(branch: str, nth: int) -> str:
    return f"{(int(branch or '0') + nth) % 100:02d}"


def _acquired(rng: Random, patient: Patient, plan: Plan, on: date) -> date:
    """Since when: the 75th birthday for 後期, the birth for most children, else an April 1st."""
    if plan == "kouki":
        return shift_years(patient.birthdate, 75)
    april = date(on.year - rng.randint(1, 8), 4, 1)
    return max(april, shift_years(patient.birthdate, 18 if plan == "jieitai" else 0))


def _next_july(on: date) -> date:
    return date(on.year + (on > date(on.year, 7, 31)), 7, 31)


def _ticket(rng: Random, patient: Patient, on: date) -> MedicalTicket:
    """A 医療券 for the month, at the institution that asks."""
    office = f"{patient.municipality}福祉事務所"
    return MedicalTicket(
        start=on.replace(day=1),
        end=on.replace(day=monthrange(on.year, on.month)[1]),
        issue_number=_issue_number(rng),
        month=f"{on:%Y%m}",
        injuries=("高血圧症",),
        district_contact=f"{office}　地区担当",
        handling_contact=f"{office}　医療担当",
    )


def _issue_number(rng: Random) -> str:
    return f"{rng.randrange(10**8):08d}"

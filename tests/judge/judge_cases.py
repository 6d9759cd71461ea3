"""Cases built by hand: one patient, what was sent, what the product did."""

from __future__ import annotations

from datetime import date
from typing import Any

from onshi.catalogue.records import FaultUse, Situation, Trouble
from onshi.judge.case import Case, Finding, Verdict
from onshi.judge.findings import Half
from onshi.judge.rules import rules
from onshi.people.records import CardSpec, Coverage, Limit, Patient, Qualification
from onshi.scene import Scene
from onshi.seams import Answer, Record
from onshi.visit import Chart, Handling, Visit

TODAY = date(2025, 10, 20)
MET, BROKEN, UNSEEN = Verdict.MET, Verdict.BROKEN, Verdict.NOT_OBSERVED


def person(key: str = "p0", **over: Any) -> Patient:
    base: dict[str, Any] = {
        "family": "髙橋",
        "given": "翔一",
        "family_kana": "タカハシ",
        "given_kana": "ショウイチ",
        "sex": "1",
        "birthdate": date(1980, 4, 5),
        "postcode": "100-0001",
        "address": "東京都架空区霞１丁目２番３号",
        "municipality": "13101",
        "mynumber": "123456789012",
    }
    return Patient(key=key, **{**base, **over})


OTHER = person(
    "p1",
    family="別所",
    given="花子",
    family_kana="ベッショ",
    given_kana="ハナコ",
    sex="2",
    birthdate=date(1955, 12, 1),
    address="大阪府架空市堺９番地",
)


def coverage(patient: Patient, **over: Any) -> Coverage:
    base: dict[str, Any] = {
        "insurer_number": "06999014",
        "insurer_name": "架空健康保険組合",
        "symbol": "１２",
        "number": "3456",
        "branch": "01",
        "relation": "1",
        "acquired": date(2020, 4, 1),
    }
    held = Qualification(**{**base, **over})
    return Coverage(patient=patient, qualification=held, holds_from=held.acquired)


def record(
    patient: Patient | None = None, fields: dict[str, Any] | None = None, **q: Any
) -> Record:
    who = patient or person()
    return Record(patient=who, coverage=coverage(who, **q), fields=fields or {}, limit_shown=True)


def answer(validity: str | None = "1", *records: Record, **more: Any) -> Answer:
    return Answer(validity=validity, records=list(records), **more)


def chart(patient: Patient | None = None, **over: Any) -> Chart:
    who = patient or person()
    q = coverage(who).qualification
    base: dict[str, Any] = {
        "chart_no": f"C-{who.key}",
        "name": who.name,
        "kana": who.kana,
        "birthdate": who.birthdate,
        "sex": who.sex,
        "address": who.address,
        "insurer_number": q.insurer_number,
        "symbol": q.symbol,
        "number": q.number,
        "branch": q.branch,
        "copay_percent": 30,
        "public": (),
        "status": "valid",
    }
    return Chart(**{**base, **over})


def visit(
    patient: Patient | None = None,
    *,
    asked: list[tuple[str, tuple[str, ...], str]] | None = None,
    pins_entered: int = 0,
    **over: Any,
) -> Visit:
    who = patient or person()
    base: dict[str, Any] = {
        "trouble": "t",
        "patient": who,
        "brings": ("card",),
        "says": {},
        "first_visit": False,
        "chart": chart(who),
        "date": TODAY,
        "surfaces": frozenset({"webapi"}),
        "inquiry": {"InsurerNumber": "06999014", "InsuredIdentificationNumber": "3456"},
        "papers": {},
        "pins": (),
        "decisions": (),
        "present": lambda: None,
        "take_away": lambda: None,
        "note": lambda *a, **k: None,
    }
    made = Visit(**{**base, **over})
    made.asked = asked or []
    made.pins_entered = pins_entered
    return made


def first_visit(**over: Any) -> Visit:
    return visit(**{"first_visit": True, "chart": None, **over})


def trouble(*rules_: str, faults: tuple[str, ...] = (), **over: Any) -> Trouble:
    base: dict[str, Any] = {
        "id": "t",
        "title": "試験",
        "layer": "test",
        "categories": (),
        "source": ("added",),
        "what": "試験",
        "surfaces": ("pcsc", "webapi", "folder", "face"),
        "rules": rules_,
        "situation": Situation(),
        "fault": tuple(FaultUse(name=f) for f in faults),
    }
    return Trouble(**{**base, **over})


def case(
    handling: Handling | None,
    *answers: Answer,
    visit_: Visit | None = None,
    faults: tuple[str, ...] = (),
    cert_until: date = date(2029, 1, 1),
    **over: Any,
) -> Case:
    at_desk = visit_ or visit()
    who = at_desk.patient
    scene = Scene(
        patient=who,
        card=CardSpec(cert_from=date(2020, 1, 1), cert_until=cert_until),
        coverages=[coverage(who)],
        truth=coverage(who),
        date=at_desk.date,
    )
    base: dict[str, Any] = {
        "trouble": trouble(faults=faults),
        "visit": at_desk,
        "scene": scene,
        "handling": handling,
        "surfaces": at_desk.surfaces,
        "date": at_desk.date,
        "answers": answers,
    }
    return Case(**{**base, **over})


def did(**fields: Any) -> Handling:
    return Handling(**fields)


def findings(one: Case, half: Half) -> list[Finding]:
    """What the rule says about this half."""
    found = list(rules()[half.rule](one))
    return [f for f in found if f.expected == half.expected]


def verdict(one: Case, half: Half) -> Verdict:
    """The worst verdict on one half; UNSEEN when the rule does not speak of it."""
    said = {f.verdict for f in findings(one, half)}
    return BROKEN if BROKEN in said else MET if MET in said else UNSEEN


def limit(bracket: str) -> Limit:
    return Limit(card="01", bracket=bracket, start=date(2025, 8, 1), end=date(2026, 7, 31))

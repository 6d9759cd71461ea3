"""薬剤情報 and 特定健診 as messages, and as lines of a page.

What came by レセプト stands under MeTrMonthInf, what came by 電子処方箋 under ShPrInf (処方) and
CzDiInf (調剤). Codes of places are left out: an invented one might be somebody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from onshi.eligibility import medical as x
from onshi.eligibility.blackdot import dot
from onshi.eligibility.elements import Element
from onshi.eligibility.envelope import Envelope, Pair
from onshi.eligibility.kana import half_width
from onshi.eligibility.medical_service import Drug, Prescription, View
from onshi.people.records import Patient

__all__ = ["checkup_lines", "checkups", "failure", "medicine_lines", "medicines"]

_SUCCESS = "1"


def failure(kind: type[Element], env: Envelope, error: Pair) -> Element:
    """The result that says what is wrong: a ResultCode that is not 1, and MessageContents."""
    code, text = env.told(error)
    if kind is x.MedicineResult:
        return _medicine(env, None, x.MedicineBody(result_code=code, message_contents=text))
    return _checkup(env, None, x.CheckupBody(result_code=code, message_contents=text))


# ----------------------------------------------------------------- 薬剤情報
def medicines(view: View, env: Envelope) -> x.MedicineResult:
    """A YZK result."""
    claimed = [p for p in view.prescriptions if not p.electronic]
    electronic = [p for p in view.prescriptions if p.electronic]
    body = x.MedicineBody(
        result_code=_SUCCESS, claimed=[_claimed(month, of) for month, of in _months(claimed)]
    )
    if electronic:
        body.prescribed = x.PrescribedMonths(
            months=[_prescribed(month, of) for month, of in _months(electronic)]
        )
        body.dispensed = x.DispensedMonths(
            months=[_dispensed(month, of) for month, of in _months(electronic)]
        )
    return _medicine(env, view.patient, body)


def _medicine(env: Envelope, patient: Patient | None, body: x.MedicineBody) -> x.MedicineResult:
    header = x.MedicineHeader(
        process_execution_time=env.stamp,
        medical_institution_code=env.institution,
        arbitrary_file_identifier=env.identifier,
        character_code_identifier=env.character_code,
    )
    if patient is not None:
        header.person = x.MedicinePerson(
            name=dot(patient.name),
            kana_name=half_width(patient.kana),
            birth=f"{patient.birthdate:%Y%m%d}",
            adm_gend_code=patient.sex,
        )
    return x.MedicineResult(xml_msg=x.MedicineMessage(message_header=header, message_body=body))


def _months(found: Sequence[Prescription]) -> Iterator[tuple[str, list[Prescription]]]:
    for month, of in groupby(found, key=lambda p: f"{p.day:%Y%m}"):
        yield month, list(of)


def _claimed(month: str, of: list[Prescription]) -> x.ClaimedMonth:
    return x.ClaimedMonth(
        institution_name=of[0].pharmacy,
        month=month,
        prescriber_name=of[0].place,
        days=[
            x.ClaimedDayEntry(
                day=x.ClaimedDay(
                    dispensed_on=f"{p.day:%Y%m%d}",
                    prescribed_on=f"{p.day:%Y%m%d}",
                    drugs=[_claimed_drug(d) for d in p.drugs],
                )
            )
            for p in of
        ],
    )


def _claimed_drug(drug: Drug) -> x.ClaimedDrugEntry:
    return x.ClaimedDrugEntry(
        drug=x.ClaimedDrug(
            code=drug.code,
            name=drug.name,
            ingredient=drug.ingredient,
            quantity=drug.quantity,
            unit=drug.unit,
            usage=drug.usage,
            times=str(drug.days),
        )
    )


def _prescribed(month: str, of: list[Prescription]) -> x.PrescribedMonth:
    return x.PrescribedMonth(
        institution_name=of[0].place,
        month=month,
        days=[
            x.PrescribedDayEntry(
                day=x.PrescribedDay(
                    prescribed_on=f"{p.day:%Y%m%d}",
                    drugs=[
                        x.PrescribedDrugEntry(
                            drug=x.PrescribedDrug(
                                code=d.code,
                                name=d.name,
                                ingredient=d.ingredient,
                                quantity=d.quantity,
                                unit=d.unit,
                                usage=d.usage,
                                times=str(d.days),
                            )
                        )
                        for d in p.drugs
                    ],
                )
            )
            for p in of
        ],
    )


def _dispensed(month: str, of: list[Prescription]) -> x.DispensedMonth:
    return x.DispensedMonth(
        institution_name=of[0].pharmacy,
        month=month,
        prescriber_name=of[0].place,
        days=[
            x.DispensedDayEntry(
                day=x.DispensedDay(
                    dispensed_on=f"{p.day:%Y%m%d}",
                    prescribed_on=f"{p.day:%Y%m%d}",
                    drugs=[
                        x.DispensedDrugEntry(
                            drug=x.DispensedDrug(
                                code=d.code,
                                name=d.name,
                                ingredient=d.ingredient,
                                quantity=d.quantity,
                                unit=d.unit,
                                usage=d.usage,
                                times=str(d.days),
                            )
                        )
                        for d in p.drugs
                    ],
                )
            )
            for p in of
        ],
    )


def medicine_lines(view: View) -> list[str]:
    """The same for people."""
    lines = ["薬剤情報（試験用）", *_person(view.patient), ""]
    for p in view.prescriptions:
        source = "電子処方箋" if p.electronic else "レセプト"
        lines.append(f"{_day(p.day)}　{p.place}　{p.pharmacy}（{source}）")
        lines += [f"　{d.name}　{d.quantity}{d.unit}　{d.usage}　{d.days}日分" for d in p.drugs]
    return lines


# ----------------------------------------------------------------- 特定健診
def checkups(view: View, env: Envelope) -> x.CheckupResult:
    """A TKK result."""
    found = [
        x.Checkup(
            effective_time=f"{c.day:%Y%m%d}",
            items=[
                x.CheckupItemEntry(
                    item=x.CheckupItem(
                        item_code=f.code,
                        item_name=f.name,
                        data_type="PQ",
                        data_value=f.value,
                        unit=f.unit,
                    )
                )
                for f in c.findings
            ],
        )
        for c in view.checkups
    ]
    return _checkup(env, view.patient, x.CheckupBody(result_code=_SUCCESS, checkups=found))


def _checkup(env: Envelope, patient: Patient | None, body: x.CheckupBody) -> x.CheckupResult:
    header = x.CheckupHeader(
        process_execution_time=env.stamp,
        medical_institution_code=env.institution,
        arbitrary_file_identifier=env.identifier,
        character_code_identifier=env.character_code,
    )
    if patient is not None:
        header.person = x.CheckupPerson(
            name=dot(patient.name),
            kanas_name=half_width(patient.kana),
            birthday=f"{patient.birthdate:%Y%m%d}",
            administrative_gender_code=patient.sex,
        )
    return x.CheckupResult(xml_msg=x.CheckupMessage(message_header=header, message_body=body))


def checkup_lines(view: View) -> list[str]:
    """The same for people."""
    lines = ["特定健診情報（試験用）", *_person(view.patient), ""]
    for c in view.checkups:
        lines.append(_day(c.day))
        lines += [f"　{f.name}　{f.value} {f.unit}" for f in c.findings]
    return lines


def _person(patient: Patient) -> list[str]:
    return [dot(patient.name), patient.kana, f"{_day(patient.birthdate)}生"]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

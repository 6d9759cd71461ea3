"""薬剤情報 (YZK) and 特定健診 (TKK) of one patient: the requests and the results in XML.

Every name is from one public program that writes the requests and reads the results (facts: oqs
page, section 2.6). It looks for ``ResultCode`` and ``MessageContents`` anywhere in the file and
for the rest by path, so their place, first in the body, is inferred. What stands around the
entries of a plural (``DrugInfs`` → ``DrugInf``) and which months and days repeat is as it reads
them. Medicines come from three sources, each with names of its own: レセプト, 調剤, 処方.
"""

from __future__ import annotations

import msgspec

from onshi.eligibility.elements import Element, Entry

__all__ = [
    "Checkup",
    "CheckupBody",
    "CheckupHeader",
    "CheckupItem",
    "CheckupItemEntry",
    "CheckupMessage",
    "CheckupPerson",
    "CheckupResult",
    "ClaimedDay",
    "ClaimedDayEntry",
    "ClaimedDrug",
    "ClaimedDrugEntry",
    "ClaimedMonth",
    "DispensedDay",
    "DispensedDayEntry",
    "DispensedDrug",
    "DispensedDrugEntry",
    "DispensedMonth",
    "DispensedMonths",
    "MedicalHeader",
    "MedicalRequest",
    "MedicalRequestBody",
    "MedicalRequestMessage",
    "MedicineBody",
    "MedicineHeader",
    "MedicineMessage",
    "MedicinePerson",
    "MedicineResult",
    "PrescribedDay",
    "PrescribedDayEntry",
    "PrescribedDrug",
    "PrescribedDrugEntry",
    "PrescribedMonth",
    "PrescribedMonths",
    "Treatment",
    "TreatmentEntry",
]


# ------------------------------------------------------------------ requests
class MedicalHeader(Element, kw_only=True):
    """Whose data are asked for; other element names than a search has."""

    medical_institution_code: str | None = None
    insurer_number: str | None = None
    insurance_card_symbol: str | None = None
    insured_person_identification_number: str | None = None
    branch_number: str | None = None
    arbitrary_file_identifier: str | None = None


class MedicalRequestBody(Element, kw_only=True):
    """Dates ``YYYYMMDD`` (YZK only); FileCategory 1 PDF, 2 XML; the flag is OQSCD028."""

    start_date: str | None = None
    end_date: str | None = None
    file_category: str | None = None
    pr_di_inf_classification: str | None = None
    medical_treatment_flag: str | None = None


class MedicalRequestMessage(Element, kw_only=True):
    """A request with its header."""

    message_header: MedicalHeader
    message_body: MedicalRequestBody


class MedicalRequest(Element, kw_only=True):
    """``YZKsiquc01req`` and ``TKKsiquc01req``."""

    xml_msg: MedicalRequestMessage


# ----------------------------------------------------------------- 薬剤情報
class MedicinePerson(Element, kw_only=True):
    """QuaInf: whose medicines they are."""

    name: str | None = None
    kana_name: str | None = None
    birth: str | None = None
    adm_gend_code: str | None = None


class MedicineHeader(Element, kw_only=True):
    """Header of a YZK result."""

    process_execution_time: str | None = None
    medical_institution_code: str | None = None
    arbitrary_file_identifier: str | None = None
    character_code_identifier: str | None = None
    person: MedicinePerson | None = msgspec.field(default=None, name="QuaInf")


class Treatment(Element, kw_only=True):
    """MeTrInf: one 診療行為 of a レセプト."""

    code: str | None = msgspec.field(default=None, name="SinInfCd")
    name: str | None = msgspec.field(default=None, name="SinInfN")
    kind: str | None = msgspec.field(default=None, name="MeTrIdCl")
    quantity: str | None = msgspec.field(default=None, name="Qua1")
    unit: str | None = msgspec.field(default=None, name="Unit")
    times: str | None = msgspec.field(default=None, name="Times")


class TreatmentEntry(Entry, kw_only=True):
    """Entry of MeTrInfs."""

    treatment: Treatment = msgspec.field(name="MeTrInf")


class ClaimedDrug(Element, kw_only=True):
    """DrugInf: one medicine, by レセプト."""

    code: str | None = msgspec.field(default=None, name="DrugC")
    name: str | None = msgspec.field(default=None, name="DrugN")
    ingredient: str | None = msgspec.field(default=None, name="IngreN")
    quantity: str | None = msgspec.field(default=None, name="Qua1")
    unit: str | None = msgspec.field(default=None, name="Unit")
    usage: str | None = msgspec.field(default=None, name="UsageN")
    instruction: str | None = msgspec.field(default=None, name="SpInst")
    times: str | None = msgspec.field(default=None, name="Times")
    usage_kind: str | None = msgspec.field(default=None, name="MeTrIdCl")


class ClaimedDrugEntry(Entry, kw_only=True):
    """Entry of DrugInfs."""

    drug: ClaimedDrug = msgspec.field(name="DrugInf")


class ClaimedDay(Element, kw_only=True):
    """DiDateInf: one day."""

    dispensed_on: str | None = msgspec.field(default=None, name="DiDate")
    prescribed_on: str | None = msgspec.field(default=None, name="PrDate")
    drugs: list[ClaimedDrugEntry] | None = msgspec.field(default=None, name="DrugInfs")
    treatments: list[TreatmentEntry] | None = msgspec.field(default=None, name="MeTrInfs")


class ClaimedDayEntry(Entry, kw_only=True):
    """Entry of DiDateInfs."""

    day: ClaimedDay = msgspec.field(name="DiDateInf")


class ClaimedMonth(Element, kw_only=True):
    """MeTrMonthInf: one month at one institution. Of two institutions the second prescribed."""

    organisation: str | None = msgspec.field(default=None, name="DiOrg")
    institution: str | None = msgspec.field(default=None, name="MeTrDiHCd")
    institution_name: str | None = msgspec.field(default=None, name="MeTrDiHNm")
    month: str | None = msgspec.field(default=None, name="MeTrMonth")
    prescriber: str | None = msgspec.field(default=None, name="PrlsHCd")
    prescriber_name: str | None = msgspec.field(default=None, name="PrlsHNm")
    prescribed_here: str | None = msgspec.field(default=None, name="PrIsOrg")
    kind: str | None = msgspec.field(default=None, name="InOut")
    days: list[ClaimedDayEntry] | None = msgspec.field(default=None, name="DiDateInfs")


class DispensedDrug(Element, kw_only=True):
    """CzDrugInf: one medicine, by 調剤."""

    code: str | None = msgspec.field(default=None, name="CzDrugC")
    name: str | None = msgspec.field(default=None, name="CzDrugN")
    ingredient: str | None = msgspec.field(default=None, name="CzIngreN")
    quantity: str | None = msgspec.field(default=None, name="CzQua1")
    unit: str | None = msgspec.field(default=None, name="CzUnit")
    usage: str | None = msgspec.field(default=None, name="CzUsageN")
    instruction: str | None = msgspec.field(default=None, name="CzSpInst")
    times: str | None = msgspec.field(default=None, name="CzTimes")
    usage_kind: str | None = msgspec.field(default=None, name="CzUsageCl")


class DispensedDrugEntry(Entry, kw_only=True):
    """Entry of CzDrugInfs."""

    drug: DispensedDrug = msgspec.field(name="CzDrugInf")


class DispensedDay(Element, kw_only=True):
    """CzDiDateInf: one day."""

    dispensed_on: str | None = msgspec.field(default=None, name="CzDiDate")
    prescribed_on: str | None = msgspec.field(default=None, name="CzPrDate")
    drugs: list[DispensedDrugEntry] | None = msgspec.field(default=None, name="CzDrugInfs")


class DispensedDayEntry(Entry, kw_only=True):
    """Entry of CzDiDateInfs."""

    day: DispensedDay = msgspec.field(name="CzDiDateInf")


class DispensedMonth(Element, kw_only=True):
    """CzDiMonthInf: one month at one institution. Of two institutions the second prescribed."""

    organisation: str | None = msgspec.field(default=None, name="CzDiOrg")
    institution: str | None = msgspec.field(default=None, name="CzMeTrDiHCd")
    institution_name: str | None = msgspec.field(default=None, name="CzMeTrDiHNm")
    month: str | None = msgspec.field(default=None, name="CzDiMonth")
    prescriber: str | None = msgspec.field(default=None, name="CzPrlsHCd")
    prescriber_name: str | None = msgspec.field(default=None, name="CzPrlsHNm")
    prescribed_here: str | None = msgspec.field(default=None, name="CzPrIsOrg")
    kind: str | None = msgspec.field(default=None, name="CzPrCl")
    days: list[DispensedDayEntry] | None = msgspec.field(default=None, name="CzDiDateInfs")


class DispensedMonths(Element, kw_only=True):
    """CzDiInf: all months by 調剤."""

    months: list[DispensedMonth] = msgspec.field(default_factory=list, name="CzDiMonthInf")


class PrescribedDrug(Element, kw_only=True):
    """ShDrugInf: one medicine, by 処方."""

    code: str | None = msgspec.field(default=None, name="ShDrugC")
    name: str | None = msgspec.field(default=None, name="ShDrugN")
    ingredient: str | None = msgspec.field(default=None, name="ShIngreN")
    quantity: str | None = msgspec.field(default=None, name="ShQua1")
    unit: str | None = msgspec.field(default=None, name="ShUnit")
    usage: str | None = msgspec.field(default=None, name="ShUsageN")
    instruction: str | None = msgspec.field(default=None, name="ShSpInst")
    times: str | None = msgspec.field(default=None, name="ShTimes")
    usage_kind: str | None = msgspec.field(default=None, name="ShUsageCl")


class PrescribedDrugEntry(Entry, kw_only=True):
    """Entry of ShDrugInfs."""

    drug: PrescribedDrug = msgspec.field(name="ShDrugInf")


class PrescribedDay(Element, kw_only=True):
    """ShPrDateInf: one day."""

    prescribed_on: str | None = msgspec.field(default=None, name="ShPrDate")
    drugs: list[PrescribedDrugEntry] | None = msgspec.field(default=None, name="ShDrugInfs")


class PrescribedDayEntry(Entry, kw_only=True):
    """Entry of ShPrDateInfs."""

    day: PrescribedDay = msgspec.field(name="ShPrDateInf")


class PrescribedMonth(Element, kw_only=True):
    """ShPrMonthInf: one month at one institution. Of two institutions the second prescribed."""

    organisation: str | None = msgspec.field(default=None, name="ShPrOrg")
    institution: str | None = msgspec.field(default=None, name="ShMeTrDiHCd")
    institution_name: str | None = msgspec.field(default=None, name="ShMeTrDiHNm")
    month: str | None = msgspec.field(default=None, name="ShPrMonth")
    prescriber: str | None = msgspec.field(default=None, name="ShPrHCd")
    prescriber_name: str | None = msgspec.field(default=None, name="ShPrHNm")
    prescribed_here: str | None = msgspec.field(default=None, name="ShPrIsOrg")
    kind: str | None = msgspec.field(default=None, name="ShPrCl")
    days: list[PrescribedDayEntry] | None = msgspec.field(default=None, name="ShPrDateInfs")


class PrescribedMonths(Element, kw_only=True):
    """ShPrInf: all months by 処方."""

    months: list[PrescribedMonth] = msgspec.field(default_factory=list, name="ShPrMonthInf")


class MedicineBody(Element, kw_only=True):
    """ResultCode 1 is success; else ``message_contents`` says what is wrong."""

    result_code: str | None = None
    message_contents: str | None = None
    claimed: list[ClaimedMonth] = msgspec.field(default_factory=list, name="MeTrMonthInf")
    prescribed: PrescribedMonths | None = msgspec.field(default=None, name="ShPrInf")
    dispensed: DispensedMonths | None = msgspec.field(default=None, name="CzDiInf")


class MedicineMessage(Element, kw_only=True):
    """A YZK result with its header."""

    message_header: MedicineHeader
    message_body: MedicineBody | None = None


class MedicineResult(Element, kw_only=True):
    """``YZKsiquc01res``."""

    xml_msg: MedicineMessage


# ----------------------------------------------------------------- 特定健診
class CheckupPerson(Element, kw_only=True):
    """QualificationsInfo: whose results they are."""

    name: str | None = None
    kanas_name: str | None = None
    birthday: str | None = None
    administrative_gender_code: str | None = None


class CheckupHeader(Element, kw_only=True):
    """Header of a TKK result."""

    process_execution_time: str | None = None
    medical_institution_code: str | None = None
    arbitrary_file_identifier: str | None = None
    character_code_identifier: str | None = None
    person: CheckupPerson | None = msgspec.field(default=None, name="QualificationsInfo")


class CheckupItem(Element, kw_only=True):
    """HealthCheckupResultAndQuestionInfo: one value, or one answer of the questionnaire."""

    item_code: str | None = None
    item_name: str | None = None
    data_type: str | None = None
    data_value: str | None = None
    unit: str | None = None
    oid: str | None = None
    data_value_name: str | None = None


class CheckupItemEntry(Entry, kw_only=True):
    """Entry of HealthCheckupResultAndQuestionInfos."""

    item: CheckupItem = msgspec.field(name="HealthCheckupResultAndQuestionInfo")


class Checkup(Element, kw_only=True):
    """SpecificHealthCheckupInfo: one 健診, ``effective_time`` ``YYYYMMDD``."""

    effective_time: str | None = None
    items: list[CheckupItemEntry] | None = msgspec.field(
        default=None, name="HealthCheckupResultAndQuestionInfos"
    )


class CheckupBody(Element, kw_only=True):
    """ResultCode as for medicines."""

    result_code: str | None = None
    message_contents: str | None = None
    checkups: list[Checkup] = msgspec.field(default_factory=list, name="SpecificHealthCheckupInfo")


class CheckupMessage(Element, kw_only=True):
    """A TKK result with its header."""

    message_header: CheckupHeader
    message_body: CheckupBody | None = None


class CheckupResult(Element, kw_only=True):
    """``TKKsiquc01res``."""

    xml_msg: CheckupMessage

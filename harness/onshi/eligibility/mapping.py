"""What an answer says, element by element: one table, read in both directions.

Each row names an element, what of the domain it comes from, and how that becomes text. The
system's own view of a person goes through here: names with ●, half-width kana, old addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from onshi.eligibility import messages as m
from onshi.eligibility.blackdot import dot
from onshi.eligibility.certificates import (
    as_day,
    certificates_of,
    day_text,
    disease_list,
    elderly_certificate,
    limit_certificate,
    moment_text,
    ratio_text,
    ticket_list,
)
from onshi.eligibility.codes import CharacterCode, Consent, Reference, Segment
from onshi.eligibility.elements import parts
from onshi.eligibility.kana import full_width, half_width
from onshi.people.numbers import padded
from onshi.people.records import Coverage, Patient, Qualification
from onshi.result_codes import ResultCodes
from onshi.seams import Answer, Inquiry, Record

__all__ = [
    "Heading",
    "answer_document",
    "answer_of",
    "inquiry_of",
    "record_of",
    "request_document",
    "search_info",
    "shown",
]


_OURS = ResultCodes()


@dataclass(frozen=True)
class Heading:
    """What the header says beside the answer's codes.

    ``identifier`` is ArbitraryFileIdentifier, ``on`` the QualificationConfirmationDate, ``now``
    the business time, ``encoding`` of the bytes that will be sent. A face file has
    ``by = "1"`` and no echo of a query. ``codes`` are the vendor's in place of our placeholders.
    """

    institution: str
    on: date
    now: datetime
    identifier: str | None = None
    by: str = Reference.NUMBERS
    encoding: str = "utf-8"
    echo: Inquiry | None = None
    codes: ResultCodes = _OURS


# ------------------------------------------------------------- text codecs
def _some(text: str | None) -> str | None:
    return text or None


def _shown_name(r: Record) -> str:
    return dot(r.coverage.qualification.name_override or r.patient.name)


def _shown_kana(r: Record) -> str:
    return half_width(r.coverage.qualification.kana_override or r.patient.kana)


def _shown_address(r: Record) -> str:
    return dot(r.coverage.qualification.address_override or r.patient.address)


def _lost(r: Record) -> date | None:
    return r.lost or r.coverage.qualification.lost


@dataclass(frozen=True)
class _Row:
    """``read`` gives the text of a record; ``path`` and ``parse`` say where it goes back to."""

    element: str
    read: Callable[[Record], str | None]
    path: str = ""
    parse: Callable[[str], Any] = str


def _q(name: str, to_text: Callable[[Any], str | None] = _some) -> Callable[[Record], str | None]:
    return lambda r: to_text(getattr(r.coverage.qualification, name))


ROWS: tuple[_Row, ...] = (
    _Row("InsuredCardClassification", _q("card_class"), "q.card_class"),
    _Row("InsurerNumber", _q("insurer_number", padded), "q.insurer_number", str.strip),
    _Row("InsuredCardSymbol", _q("symbol"), "q.symbol"),
    _Row("InsuredIdentificationNumber", _q("number"), "q.number"),
    _Row("InsuredBranchNumber", _q("branch"), "q.branch"),
    _Row("PersonalFamilyClassification", _q("relation"), "q.relation"),
    _Row("InsuredName", lambda r: _some(dot(r.patient.insured_name)), "p.insured_name"),
    _Row("Name", _shown_name, "p.name"),
    _Row("NameKana", _shown_kana, "p.kana", full_width),
    _Row("Sex1", lambda r: r.patient.sex, "p.sex"),
    _Row("Birthdate", lambda r: day_text(r.patient.birthdate), "p.birthdate", as_day),
    _Row("Address", lambda r: _some(_shown_address(r)), "p.address"),
    _Row("PostNumber", lambda r: _some(r.patient.postcode), "p.postcode"),
    _Row("QualificationDate", _q("acquired", day_text), "q.acquired", as_day),
    _Row("DisqualificationDate", lambda r: day_text(_lost(r)), "r.lost", as_day),
    _Row("InsuredCertificateIssuanceDate", _q("acquired", day_text)),
    _Row("InsuredCardValidDate", _q("acquired", day_text)),
    _Row("InsuredCardExpirationDate", _q("valid_to", day_text), "q.valid_to", as_day),
    _Row("InsuredPartialContributionRatio", _q("late_ratio", ratio_text), "q.late_ratio", int),
    _Row(
        "PreschoolClassification",
        _q("preschool", lambda yes: "1" if yes else None),
        "q.preschool",
        lambda text: text == "1",
    ),
    _Row(
        "ReasonOfLoss",
        lambda r: r.coverage.qualification.loss_reason if _lost(r) else None,
        "q.loss_reason",
    ),
    _Row("InsurerName", _q("insurer_name"), "q.insurer_name"),
)
_READ = {row.element: row.read for row in ROWS}
_BY_NAME = tuple((p.name, _READ[p.tag]) for p in parts(m.QualificationRecord) if p.tag in _READ)
"""The rows by the record's field, which is quicker to set than by the element."""


def shown(record: Record, element: str) -> str:
    """What an answer would say in one element of a record, faults on the record included.

    ``""`` when it would leave it out. Only elements that hold text of the person or numbers.
    """
    if element in record.fields:
        return record.fields[element] or ""
    return _READ[element](record) or ""


# --------------------------------------------------------- domain → message
def answer_document(answer: Answer, heading: Heading) -> m.Document:
    """An answer as a message. Raises KeyError for a field that no message has."""
    header = m.MessageHeader(
        process_execution_time=moment_text(heading.now),
        qualification_confirmation_date=day_text(heading.on),
        medical_institution_code=heading.institution,
        arbitrary_file_identifier=heading.identifier,
        reference_classification=heading.by,
        segment_of_result=answer.segment,
        character_code_identifier=character_code(heading.encoding),
    )
    if answer.segment != Segment.DONE and answer.error:
        header.error_code, header.error_message = heading.codes.told(answer.error)
    return m.Document(xml_msg=m.XmlMsg(message_header=header, message_body=_body(answer, heading)))


def character_code(encoding: str) -> str:
    """OQSCD005 of an encoding name."""
    return CharacterCode.UTF8 if encoding == "utf-8" else CharacterCode.SHIFT_JIS


def _body(answer: Answer, heading: Heading) -> m.MessageBody | None:
    if answer.segment == Segment.FAILED and answer.status is None:
        return None
    body = m.MessageBody(
        processing_result_status=answer.status, qualification_validity=answer.validity
    )
    if heading.echo is not None and heading.by == Reference.NUMBERS:
        body.qualification_confirm_search_info = search_info(heading.echo)
    if answer.processing:
        code, message = heading.codes.told(answer.processing)
        body.processing_result_code, body.processing_result_message = code, message
    if answer.has_list and answer.validity is not None:
        body.result_list = [
            m.QualificationItem(result_of_qualification_confirmation=record_of(r, heading))
            for r in answer.records
        ]
    return body


def record_of(record: Record, heading: Heading) -> m.QualificationRecord:
    """One qualification as the system shows it; the record's own ``fields`` have the last word."""
    q = record.coverage.qualification
    texts: dict[str, Any] = {name: read(record) for name, read in _BY_NAME}
    made = m.QualificationRecord(**texts)
    made.elderly_recipient_certificate_info = elderly_certificate(q, heading.on)
    _consents(made, record, heading)
    _aid(made, record, heading.institution)
    for element, value in record.fields.items():
        m.set_element(made, element, value)
    return made


def _consents(made: m.QualificationRecord, record: Record, heading: Heading) -> None:
    """What was agreed to, when and until when, and what is shown for it.

    特定疾病 goes with 限度額, by whose consent a query by numbers can ask: inferred.
    """
    q = record.coverage.qualification
    now = moment_text(heading.now)
    until = moment_text(heading.now + timedelta(hours=24))
    made.limit_application_certificate_related_cons_flg = "1" if record.limit_shown else "0"
    if record.limit_shown:
        made.limit_application_certificate_related_cons_time = now
        made.limit_application_certificate_related_info = limit_certificate(q)
    if record.limit_shown and q.diseases:
        made.specific_diseases_certificate_related_cons_flg = Consent.YES
        made.specific_diseases_certificate_related_cons_time = now
        made.specific_diseases_certificate_list = disease_list(q)
    if heading.by != Reference.CARD and not record.info_consent:
        return
    for info in ("specific_health_checkups", "pharmacists", "diagnosis", "operation"):
        setattr(made, f"{info}_info_cons_flg", "1" if record.info_consent else "0")
        if record.info_consent:
            setattr(made, f"{info}_info_cons_time", now)
            setattr(made, f"{info}_info_available_time", until)


def _aid(made: m.QualificationRecord, record: Record, institution: str) -> None:
    """医療扶助 in the elements of its own; one public program reads them beside the usual ones."""
    q = record.coverage.qualification
    made.public_expense_result_list = ticket_list(q, institution)
    if q.plan == "seiho":
        made.public_expense_number = made.insurer_number
        made.beneficiary_number = made.insured_identification_number
        made.welfare_office_name = made.insurer_name


# --------------------------------------------------------- message → domain
def answer_of(document: m.Document) -> Answer:
    """The inverse of :func:`answer_document`, for what a message holds.

    People in it have no key, phone or マイナンバー. Raises ValueError for dates or numbers that
    are none.
    """
    header, body = document.xml_msg.message_header, document.xml_msg.message_body
    answer = Answer(segment=header.segment_of_result or "", status=None, has_list=False)
    if header.error_code is not None:
        answer.error = (header.error_code, header.error_message or "")
    if body is None:
        return answer
    answer.status, answer.validity = body.processing_result_status, body.qualification_validity
    if body.processing_result_code is not None:
        answer.processing = (body.processing_result_code, body.processing_result_message or "")
    answer.has_list = body.result_list is not None
    answer.records = [
        _record_back(item.result_of_qualification_confirmation) for item in body.result_list or ()
    ]
    return answer


def _record_back(told: m.QualificationRecord) -> Record:
    plain = msgspec.to_builtins(told)
    found: dict[str, dict[str, Any]] = {"q": {}, "p": {}, "r": {}}
    for row in ROWS:
        if row.path and row.element in plain:
            owner, _, attribute = row.path.partition(".")
            found[owner][attribute] = row.parse(plain[row.element])
    return Record(
        patient=(patient := _patient_back(found["p"])),
        coverage=_coverage_back(patient, found["q"], told),
        lost=found["r"].get("lost"),
        limit_shown=told.limit_application_certificate_related_cons_flg == "1",
        info_consent=told.pharmacists_info_cons_flg == "1",
    )


def _patient_back(p: dict[str, Any]) -> Patient:
    family, _, given = str(p.pop("name", "")).partition("　")
    family_kana, _, given_kana = str(p.pop("kana", "")).partition("　")
    blank: dict[str, Any] = {"sex": "3", "birthdate": date.min, "address": "", "postcode": ""}
    return Patient(
        key="",
        family=family,
        given=given,
        family_kana=family_kana,
        given_kana=given_kana,
        municipality="",
        mynumber="",
        **{**blank, **p},
    )


def _coverage_back(patient: Patient, q: dict[str, Any], told: m.QualificationRecord) -> Coverage:
    blank: dict[str, Any] = dict.fromkeys(
        ("insurer_number", "insurer_name", "symbol", "number", "branch"), ""
    )
    made = Qualification(
        **{**blank, "relation": "1", "acquired": date.min, **q, **certificates_of(told)}
    )
    return Coverage(patient=patient, qualification=made, holds_from=made.acquired)


# ----------------------------------------------------------------- requests
def search_info(inquiry: Inquiry) -> m.SearchInfo:
    """The query block, the insurer number padded with spaces to 8."""
    return m.SearchInfo(
        insurer_number=inquiry.insurer_number.rjust(8) if inquiry.insurer_number else None,
        insured_card_symbol=_some(inquiry.symbol),
        insured_identification_number=_some(inquiry.number),
        insured_branch_number=_some(inquiry.branch),
        birthdate=_some(inquiry.birthdate),
        limit_application_certificate_related_cons_flg="1" if inquiry.limit_consent else "0",
        arbitrary_identifier=_some(inquiry.arbitrary_identifier),
    )


def request_document(
    inquiry: Inquiry, *, institution: str, identifier: str | None = None
) -> m.RequestDocument:
    """A query as the message that a レセコン sends."""
    return m.RequestDocument(
        xml_msg=m.RequestMessage(
            message_header=m.MessageHeader(
                qualification_confirmation_date=_some(inquiry.date),
                medical_institution_code=institution,
                arbitrary_file_identifier=identifier,
            ),
            message_body=m.RequestBody(qualification_confirm_search_info=search_info(inquiry)),
        )
    )


def inquiry_of(document: m.RequestDocument) -> Inquiry:
    """What a request asks; numbers without padding spaces, absent elements empty."""
    header, body = document.xml_msg.message_header, document.xml_msg.message_body
    info = body.qualification_confirm_search_info or m.SearchInfo()
    return Inquiry(
        by=Reference.NUMBERS,
        insurer_number=(info.insurer_number or "").strip(),
        symbol=info.insured_card_symbol or "",
        number=(info.insured_identification_number or "").strip(),
        branch=(info.insured_branch_number or "").strip(),
        birthdate=(info.birthdate or "").strip(),
        limit_consent=info.limit_application_certificate_related_cons_flg == "1",
        date=header.qualification_confirmation_date or "",
        arbitrary_identifier=info.arbitrary_identifier or "",
    )

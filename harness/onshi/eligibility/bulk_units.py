"""One unit of a bulk result for each person, and who is meant where a list names nobody."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date

from onshi.eligibility import bulk, registration
from onshi.eligibility import messages as m
from onshi.eligibility.codes import SYSTEM_ERROR, Reference, Segment, Status
from onshi.eligibility.envelope import Envelope
from onshi.eligibility.mapping import answer_document, inquiry_of, search_info
from onshi.eligibility.registrations import Registrations
from onshi.eligibility.service import parse_day
from onshi.people.records import Coverage
from onshi.seams import Answer, Inquiries, Inquiry

__all__ = ["BulkUnits", "inquiry_of_search", "listed", "numbers_of"]


class BulkUnits:
    """Each person is asked for through the same inquiries as any other, so that what is the
    matter with one answer reaches one unit.
    """

    def __init__(self, inquiries: Inquiries, registrations: Registrations) -> None:
        self._inquiries, self._registrations = inquiries, registrations
        self._limits: dict[str, str | None] = {}

    def named(self, info: m.SearchInfo, env: Envelope) -> tuple[bulk.BulkUnit, Answer]:
        """The answer to one query of a list."""
        inquiry = inquiry_of_search(info, env.on)
        return self._unit(inquiry, search_info(inquiry), env)

    def found(self, key: str, env: Envelope) -> tuple[bulk.BulkUnit, Answer]:
        """The answer about one person whom no query named."""
        return self._unit(Inquiry(by=Reference.CARD, by_card=key), None, env)

    def _unit(
        self, inquiry: Inquiry, echo: m.SearchInfo | None, env: Envelope
    ) -> tuple[bulk.BulkUnit, Answer]:
        answer = self._inquiries.ask(inquiry)
        body = answer_document(answer, env.heading()).xml_msg.message_body or m.MessageBody()
        unit = bulk.BulkUnit(
            qualification_confirm_search_info=echo,
            processing_result_status=body.processing_result_status,
            processing_result_code=body.processing_result_code,
            processing_result_message=body.processing_result_message,
            qualification_validity=body.qualification_validity,
            records=[i.result_of_qualification_confirmation for i in body.result_list or ()],
        )
        if answer.segment == Segment.FAILED:
            unit.processing_result_status = Status.ERROR
            code, text = env.told(answer.error or SYSTEM_ERROR)
            unit.processing_result_code, unit.processing_result_message = code, text
        for told, record in zip(unit.records, answer.records, strict=True):
            self._only_whether_changed(told, record.patient.key)
            unit.reference_number = unit.reference_number or told.reference_number
        return unit, answer

    def _only_whether_changed(self, told: m.QualificationRecord, key: str) -> None:
        """Bulk answers say whether 限度額 has changed, and not what it is.

        It is compared with the last bulk answer about the person; without one, or without the
        consent that shows it, that cannot be told.
        """
        limit = told.limit_application_certificate_related_info
        now = limit.limit_application_certificate_classification_flag if limit else None
        same = now is not None and self._limits.get(key) == now
        self._limits[key] = now
        told.limit_application_certificate_related_info = None
        told.limit_application_certificate_changed = "0" if same else "1"

    def registered(
        self, one: registration.Registration, env: Envelope
    ) -> registration.BulkRegistrationUnit:
        """What comes of one registration."""
        status, error = self._registrations.register(numbers_of(one), one.reference_number or "")
        code, text = env.told(error)
        return registration.BulkRegistrationUnit(
            reference_number_registration_info=one,
            processing_result_status=status,
            processing_result_code=code,
            processing_result_message=text,
        )


def inquiry_of_search(info: m.SearchInfo, on: date) -> Inquiry:
    """What one query asks about a day."""
    asked = m.RequestMessage(
        message_header=m.MessageHeader(qualification_confirmation_date=f"{on:%Y%m%d}"),
        message_body=m.RequestBody(qualification_confirm_search_info=info),
    )
    return inquiry_of(m.RequestDocument(xml_msg=asked))


def numbers_of(one: registration.Registration) -> Inquiry:
    """Whose a 照会番号 is to be; there is no birthdate in it."""
    return Inquiry(
        insurer_number=(one.insurer_number or "").strip(),
        symbol=one.insured_card_symbol or "",
        number=(one.insured_identification_number or "").strip(),
        branch=(one.insured_branch_number or "").strip(),
    )


def listed(
    family: str, info: bulk.ListSearchInfo, coverages: Sequence[Coverage], today: date
) -> tuple[str, list[str]]:
    """The element that is wrong, or ``""``; and the keys of those who are meant.

    ``mutic``: all with 医療扶助 in a month. ``muhvq``, ``muonq``: everybody whom the system knows,
    if the span has today in it, because here people agree, or are examined, today.
    """
    known = [c for c in coverages if (c.known_from or c.holds_from) <= today]
    if family == "mutic":
        first = parse_day(f"{info.medical_treatment_month or ''}01")
        if first is None:
            return "MedicalTreatmentMonth", []
        last = date(first.year, first.month, monthrange(first.year, first.month)[1])
        aided = (c for c in known if c.qualification.plan == "seiho")
        return "", _keys(c for c in aided if c.holds_from <= last and (c.holds_to or last) >= first)
    wrong, span = _span(info, examined=family == "muonq")
    return wrong, _keys(known) if span is not None and span[0] <= today <= span[1] else []


def _span(info: bulk.ListSearchInfo, *, examined: bool) -> tuple[str, tuple[date, date] | None]:
    """The days asked about; examinations are asked about for オンライン診療 only."""
    what, first, last = "ConsentDate", info.consent_date_from, info.consent_date_to
    if examined and first is None and last is None:
        what, first, last = "ExaminationDate", info.examination_date_from, info.examination_date_to
    start, end = parse_day(first or ""), parse_day(last or "")
    if start is None:
        return f"{what}From", None
    if end is None or end < start:
        return f"{what}To", None
    return "", (start, end)


def _keys(coverages: Sequence[Coverage] | Iterator[Coverage]) -> list[str]:
    return list(dict.fromkeys(c.patient.key for c in coverages))

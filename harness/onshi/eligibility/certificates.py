"""The certificates beside a qualification, as blocks of a record and back.

高齢受給者証, 限度額適用認定証, 特定疾病療養受療証 (1..n) and 医療券・調剤券 (1..n).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from onshi.eligibility.records import (
    DiseaseCertificate,
    DiseaseItem,
    ElderlyCertificate,
    LimitCertificate,
    QualificationRecord,
    TicketInfo,
    TicketItem,
)
from onshi.people.records import Limit, MedicalTicket, Qualification, SpecificDisease

__all__ = [
    "as_day",
    "certificates_of",
    "day_text",
    "disease_list",
    "elderly_certificate",
    "limit_certificate",
    "moment_text",
    "ratio_text",
    "ticket_list",
]


def day_text(day: date | None) -> str | None:
    """``YYYYMMDD``; None for no day."""
    return day.isoformat().replace("-", "") if day else None


@lru_cache(maxsize=64)
def moment_text(now: datetime) -> str:
    """``YYYYMMDDhhmmss``. An answer has a dozen of these; strftime takes five times as long."""
    return now.isoformat()[:19].replace("-", "").replace("T", "").replace(":", "")


def as_day(text: str) -> date:
    """The day of ``YYYYMMDD``. Raises ValueError."""
    return datetime.strptime(text, "%Y%m%d").date()


def ratio_text(percent: int | None) -> str | None:
    """A share as three digits: ``020``."""
    return None if percent is None else f"{percent:03d}"


# --------------------------------------------------------- domain → message
def elderly_certificate(q: Qualification, on: date) -> ElderlyCertificate | None:
    """高齢受給者証: renewed each August 1st, for a year."""
    if q.elderly_ratio is None:
        return None
    august = date(on.year - (on < date(on.year, 8, 1)), 8, 1)
    start = day_text(max(august, q.acquired))
    return ElderlyCertificate(
        elderly_recipient_certificate_date=start,
        elderly_recipient_valid_start_date=start,
        elderly_recipient_valid_end_date=day_text(date(august.year + 1, 7, 31)),
        elderly_recipient_contribution_ratio=ratio_text(q.elderly_ratio),
    )


def limit_certificate(q: Qualification) -> LimitCertificate | None:
    """限度額適用認定証, issued on its first day."""
    if q.limit is None:
        return None
    return LimitCertificate(
        limit_application_certificate_classification=q.limit.card,
        limit_application_certificate_classification_flag=q.limit.bracket,
        limit_application_certificate_date=day_text(q.limit.start),
        limit_application_certificate_valid_start_date=day_text(q.limit.start),
        limit_application_certificate_valid_end_date=day_text(q.limit.end),
    )


def disease_list(q: Qualification) -> list[DiseaseItem] | None:
    """特定疾病療養受療証, issued on their first days; None for a person without."""
    found = [
        DiseaseItem(
            specific_diseases_certificate_info=DiseaseCertificate(
                specific_diseases_disease_category=d.category,
                specific_diseases_certificate_date=day_text(d.start),
                specific_diseases_valid_start_date=day_text(d.start),
                specific_diseases_valid_end_date=day_text(d.end),
                specific_diseases_self_pay=str(d.self_pay),
            )
        )
        for d in q.diseases
    ]
    return found or None


def ticket_list(q: Qualification, institution: str) -> list[TicketItem] | None:
    """医療券・調剤券; ``institution`` is the one that asks. None for a person without."""
    found = [TicketItem(medical_ticket_info=_ticket_info(t, institution)) for t in q.tickets]
    return found or None


def _ticket_info(t: MedicalTicket, institution: str) -> TicketInfo:
    injuries = dict(zip(_INJURIES, t.injuries, strict=False))
    remarks = dict(zip(_REMARKS, t.remarks, strict=False))
    return TicketInfo(
        ticket_type=t.kind,
        medical_ticket_valid_date=day_text(t.start),
        medical_ticket_expiration_date=day_text(t.end),
        issue_number=t.issue_number,
        medical_treatment_month=t.month,
        designated_medical_institution_code=t.institution_code or institution,
        designated_medical_institution_flag="0" if t.matches else "1",
        designated_medical_institution_name=t.institution_name or None,
        prescription_issuer_medical_institution_code=t.issuer_code or None,
        prescription_issuer_medical_institution_name=t.issuer_name or None,
        **injuries,
        medical_treatment_type=t.treatment,
        self_pay_amount=str(t.self_pay),
        district_contact_name=t.district_contact or None,
        handling_contact_name=t.handling_contact or None,
        single_or_combined_use="02" if t.combined else "01",
        status_of_social_insurance=_yes_no(t.social_insurance),
        consistency_flag="1" if t.inconsistent else None,
        status_of_infection=_yes_no(t.infection),
        status_of_elderly_medical_care=_yes_no(t.elderly),
        status_of_prefectural_expenses=_yes_no(t.prefectural),
        **remarks,
    )


_INJURIES = ("injury_name1", "injury_name2", "injury_name3")
_REMARKS = ("remarks1", "remarks2", "remarks3")


def _yes_no(yes: bool) -> str:
    """あり 01, なし 02 (OQSCD021 and 023-025)."""
    return "01" if yes else "02"


# --------------------------------------------------------- message → domain
def certificates_of(told: QualificationRecord) -> dict[str, Any]:
    """The fields of a :class:`Qualification` that a record's blocks give.

    Raises ValueError for days or numbers that are none.
    """
    found: dict[str, Any] = {
        "diseases": tuple(
            _disease(item.specific_diseases_certificate_info)
            for item in told.specific_diseases_certificate_list or ()
        ),
        "tickets": tuple(
            _ticket(item.medical_ticket_info) for item in told.public_expense_result_list or ()
        ),
    }
    if (elderly := told.elderly_recipient_certificate_info) is not None:
        found["elderly_ratio"] = int(elderly.elderly_recipient_contribution_ratio or 0)
    if (limit := told.limit_application_certificate_related_info) is not None:
        found["limit"] = Limit(
            card=limit.limit_application_certificate_classification or "",
            bracket=limit.limit_application_certificate_classification_flag or "",
            start=as_day(limit.limit_application_certificate_valid_start_date or ""),
            end=as_day(limit.limit_application_certificate_valid_end_date or ""),
        )
    return found


def _disease(info: DiseaseCertificate) -> SpecificDisease:
    end = info.specific_diseases_valid_end_date
    return SpecificDisease(
        category=info.specific_diseases_disease_category or "",
        start=as_day(info.specific_diseases_valid_start_date or ""),
        end=as_day(end) if end else None,
        self_pay=int(info.specific_diseases_self_pay or 0),
    )


def _ticket(info: TicketInfo) -> MedicalTicket:
    return MedicalTicket(
        kind=info.ticket_type or "",
        start=as_day(info.medical_ticket_valid_date or ""),
        end=as_day(info.medical_ticket_expiration_date or ""),
        issue_number=info.issue_number or "",
        month=info.medical_treatment_month or "",
        institution_code=info.designated_medical_institution_code or "",
        institution_name=info.designated_medical_institution_name or "",
        matches=info.designated_medical_institution_flag != "1",
        issuer_code=info.prescription_issuer_medical_institution_code or "",
        issuer_name=info.prescription_issuer_medical_institution_name or "",
        injuries=_texts(info, _INJURIES),
        treatment=info.medical_treatment_type or "",
        self_pay=int(info.self_pay_amount or 0),
        district_contact=info.district_contact_name or "",
        handling_contact=info.handling_contact_name or "",
        combined=info.single_or_combined_use == "02",
        social_insurance=info.status_of_social_insurance == "01",
        inconsistent=info.consistency_flag == "1",
        infection=info.status_of_infection == "01",
        elderly=info.status_of_elderly_medical_care == "01",
        prefectural=info.status_of_prefectural_expenses == "01",
        remarks=_texts(info, _REMARKS),
    )


def _texts(info: TicketInfo, names: tuple[str, ...]) -> tuple[str, ...]:
    texts = (getattr(info, name) for name in names)
    return tuple(text for text in texts if text is not None)

"""One 資格 in an answer, ResultOfQualificationConfirmation, with the blocks inside it.

Names and order are the union of what public programs read and write (facts: oqs page, section
2.4). Where only one program or another system's interface knows a name, the field says so.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onshi.eligibility.elements import Element, Entry, Part, entry_part, parts

__all__ = [
    "DiseaseCertificate",
    "DiseaseItem",
    "ElderlyCertificate",
    "LimitCertificate",
    "QualificationRecord",
    "TicketInfo",
    "TicketItem",
    "record_elements",
    "set_element",
]


class ElderlyCertificate(Element, kw_only=True):
    """ElderlyRecipientCertificateInfo 高齢受給者証."""

    elderly_recipient_certificate_date: str | None = None
    elderly_recipient_valid_start_date: str | None = None
    elderly_recipient_valid_end_date: str | None = None
    elderly_recipient_contribution_ratio: str | None = None


class LimitCertificate(Element, kw_only=True):
    """LimitApplicationCertificateRelatedInfo 限度額適用認定証."""

    limit_application_certificate_classification: str | None = None
    limit_application_certificate_classification_flag: str | None = None
    limit_application_certificate_date: str | None = None
    limit_application_certificate_valid_start_date: str | None = None
    limit_application_certificate_valid_end_date: str | None = None
    limit_application_certificate_long_term_date: str | None = None


class DiseaseCertificate(Element, kw_only=True):
    """SpecificDiseasesCertificateInfo 特定疾病療養受療証; the category is OQSCD013."""

    specific_diseases_disease_category: str | None = None
    specific_diseases_certificate_date: str | None = None
    specific_diseases_valid_start_date: str | None = None
    specific_diseases_valid_end_date: str | None = None
    specific_diseases_self_pay: str | None = None


class DiseaseItem(Entry, kw_only=True):
    """Entry of SpecificDiseasesCertificateList."""

    specific_diseases_certificate_info: DiseaseCertificate


class TicketInfo(Element, kw_only=True):
    """MedicalTicketInfo 医療券・調剤券 of 医療扶助 (OQSCD018-026).

    ``status_of_infection`` is spelt ``StatusOfInfecton`` in the message.
    """

    ticket_type: str | None = None
    medical_ticket_valid_date: str | None = None
    medical_ticket_expiration_date: str | None = None
    issue_number: str | None = None
    medical_treatment_month: str | None = None
    designated_medical_institution_code: str | None = None
    designated_medical_institution_flag: str | None = None
    designated_medical_institution_name: str | None = None
    prescription_issuer_medical_institution_code: str | None = None
    prescription_issuer_medical_institution_name: str | None = None
    injury_name1: str | None = None
    injury_name2: str | None = None
    injury_name3: str | None = None
    medical_treatment_type: str | None = None
    self_pay_amount: str | None = None
    district_contact_name: str | None = None
    handling_contact_name: str | None = None
    single_or_combined_use: str | None = None
    status_of_social_insurance: str | None = None
    consistency_flag: str | None = None
    status_of_infection: str | None = msgspec.field(default=None, name="StatusOfInfecton")
    status_of_elderly_medical_care: str | None = None
    status_of_prefectural_expenses: str | None = None
    remarks1: str | None = None
    remarks2: str | None = None
    remarks3: str | None = None


class TicketItem(Entry, kw_only=True):
    """Entry of PublicExpenseResultList."""

    medical_ticket_info: TicketInfo


class QualificationRecord(Element, kw_only=True):
    """ResultOfQualificationConfirmation: one 資格."""

    insured_card_classification: str | None = None
    insurer_number: str | None = None
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None
    personal_family_classification: str | None = None
    insured_name: str | None = None
    name: str | None = None
    name_of_other: str | None = None
    name_kana: str | None = None
    name_of_other_kana: str | None = None
    sex1: str | None = None
    sex2: str | None = None
    birthdate: str | None = None
    address: str | None = None
    post_number: str | None = None
    qualification_date: str | None = None
    disqualification_date: str | None = None
    insured_certificate_issuance_date: str | None = None
    insured_card_valid_date: str | None = None
    insured_card_expiration_date: str | None = None
    insured_partial_contribution_ratio: str | None = None
    preschool_classification: str | None = None
    reason_of_loss: str | None = None
    insurer_name: str | None = None
    elderly_recipient_certificate_info: ElderlyCertificate | None = None
    limit_application_certificate_related_cons_flg: str | None = None
    limit_application_certificate_related_cons_time: str | None = None
    limit_application_certificate_related_info: LimitCertificate | None = None
    limit_application_certificate_changed: str | None = None
    """OQSCD014, in bulk answers instead of the 限度額 block."""
    specific_diseases_certificate_related_cons_flg: str | None = None
    specific_diseases_certificate_related_cons_time: str | None = None
    specific_diseases_certificate_list: list[DiseaseItem] | None = None
    public_expense_result_list: list[TicketItem] | None = None
    public_expense_number: str | None = None
    """With the next two what insurer and number are for 医療扶助; one program reads them."""
    beneficiary_number: str | None = None
    welfare_office_name: str | None = None
    specific_health_checkups_info_cons_flg: str | None = None
    specific_health_checkups_info_cons_time: str | None = None
    specific_health_checkups_info_available_time: str | None = None
    pharmacists_info_cons_flg: str | None = None
    pharmacists_info_cons_time: str | None = None
    pharmacists_info_available_time: str | None = None
    diagnosis_info_cons_flg: str | None = None
    diagnosis_info_cons_time: str | None = None
    diagnosis_info_available_time: str | None = None
    operation_info_cons_flg: str | None = None
    operation_info_cons_time: str | None = None
    operation_info_available_time: str | None = None
    diagnosis_name_cons_flg: str | None = None
    """This and the other consents down to PrescriptionInfo came in 2025: known from ORCA's
    interface, inferred to have the same names in this message."""
    diagnosis_name_cons_time: str | None = None
    diagnosis_name_available_time: str | None = None
    infectious_info_cons_flg: str | None = None
    infectious_info_cons_time: str | None = None
    infectious_info_available_time: str | None = None
    allergy_info_cons_flg: str | None = None
    allergy_info_cons_time: str | None = None
    allergy_info_available_time: str | None = None
    contraindication_info_cons_flg: str | None = None
    contraindication_info_cons_time: str | None = None
    contraindication_info_available_time: str | None = None
    test_info_cons_flg: str | None = None
    test_info_cons_time: str | None = None
    test_info_available_time: str | None = None
    prescription_info_cons_flg: str | None = None
    prescription_info_cons_time: str | None = None
    prescription_info_available_time: str | None = None
    arbitrary_identifier: str | None = None
    reference_number: str | None = None
    qualification_confirmation_key: str | None = None
    """Seen in one face file; its meaning is not public."""
    prescription_issue_select: str | None = None
    """OQSCD017. Two programs read it in the body, one here."""


def _paths() -> dict[str, tuple[Part, ...]]:
    found: dict[str, tuple[Part, ...]] = {}
    for outer in parts(QualificationRecord):
        found[outer.tag] = (outer,)
        for inner in parts(_block(outer)) if outer.kind != "text" else ():
            found[inner.tag] = (outer, inner)
    return found


def _block(part: Part) -> Any:
    """The type that holds the text below a block or a list."""
    return entry_part(part.type).type if part.kind == "list" else part.type


_PATHS = _paths()


def record_elements() -> list[str]:
    """Every element name below ResultOfQualificationConfirmation, blocks and lists included.

    The entries of a list have no name here: their elements do.
    """
    return list(_PATHS)


def set_element(record: QualificationRecord, element: str, value: str | None) -> None:
    """Set (or with None leave out) one element of a record, by its name in the message.

    A block is made when an element in it is set, a list gets one entry when it has none and
    every entry the value; blocks and lists themselves can only be left out. Raises KeyError for
    an element that the message does not have, ValueError for text in a block or a list.
    """
    outer, *inner = _PATHS[element]
    if not inner:
        if outer.kind != "text" and value is not None:
            raise ValueError(f"{element} holds elements, not text")
        setattr(record, outer.name, value)
        return
    if value is not None and not getattr(record, outer.name):
        setattr(record, outer.name, _made(outer))
    for target in _targets(getattr(record, outer.name), outer):
        setattr(target, inner[0].name, value)


def _made(part: Part) -> Any:
    block = _block(part)()
    return [part.type(**{entry_part(part.type).name: block})] if part.kind == "list" else block


def _targets(held: Any, part: Part) -> list[Any]:
    if held is None:
        return []
    if part.kind == "list":
        return [getattr(entry, entry_part(part.type).name) for entry in held]
    return [held]

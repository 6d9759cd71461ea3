"""The siquc01 messages as typed records, in the order of the specification.

Field names are the element names in snake case; ``None`` is an element that is not there, ``""``
an empty one; every value is a string. Element names and order as in public programs that read
and write them (facts: oqs page, section 2). What these records say is decided in
:mod:`onshi.eligibility.mapping`; how they become text in ``xml`` and ``json``.
"""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = [
    "Document",
    "ElderlyCertificate",
    "LimitCertificate",
    "MessageBody",
    "MessageHeader",
    "QualificationItem",
    "QualificationRecord",
    "RequestBody",
    "RequestDocument",
    "RequestMessage",
    "SearchInfo",
    "XmlMsg",
    "record_elements",
    "set_element",
]


class _Element(msgspec.Struct, kw_only=True, rename="pascal", omit_defaults=True):
    pass


class MessageHeader(_Element, kw_only=True):
    """Dates ``YYYYMMDD``, times ``YYYYMMDDHHmmss``."""

    process_execution_time: str | None = None
    qualification_confirmation_date: str | None = None
    medical_institution_code: str | None = None
    arbitrary_file_identifier: str | None = None
    reference_classification: str | None = None
    segment_of_result: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    character_code_identifier: str | None = None


class SearchInfo(_Element, kw_only=True):
    """QualificationConfirmSearchInfo: the query, echoed in the answer to it."""

    insurer_number: str | None = None
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None
    birthdate: str | None = None
    limit_application_certificate_related_cons_flg: str | None = None
    arbitrary_identifier: str | None = None


class ElderlyCertificate(_Element, kw_only=True):
    """ElderlyRecipientCertificateInfo 高齢受給者証."""

    elderly_recipient_certificate_date: str | None = None
    elderly_recipient_valid_start_date: str | None = None
    elderly_recipient_valid_end_date: str | None = None
    elderly_recipient_contribution_ratio: str | None = None


class LimitCertificate(_Element, kw_only=True):
    """LimitApplicationCertificateRelatedInfo 限度額適用認定証."""

    limit_application_certificate_classification: str | None = None
    limit_application_certificate_classification_flag: str | None = None
    limit_application_certificate_date: str | None = None
    limit_application_certificate_valid_start_date: str | None = None
    limit_application_certificate_valid_end_date: str | None = None
    limit_application_certificate_long_term_date: str | None = None


class QualificationRecord(_Element, kw_only=True):
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
    specific_diseases_certificate_related_cons_flg: str | None = None
    specific_diseases_certificate_related_cons_time: str | None = None
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
    arbitrary_identifier: str | None = None
    reference_number: str | None = None


class QualificationItem(_Element, kw_only=True):
    """One entry of ResultList: in JSON an object with this one key, in XML the element itself."""

    result_of_qualification_confirmation: QualificationRecord


class MessageBody(_Element, kw_only=True):
    """Body of a result or of a face file. An empty ``result_list`` is an empty element."""

    qualification_confirm_search_info: SearchInfo | None = None
    prescription_issue_select: str | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None
    qualification_validity: str | None = None
    result_list: list[QualificationItem] | None = None


class XmlMsg(_Element, kw_only=True):
    message_header: MessageHeader
    message_body: MessageBody | None = None


class Document(_Element, kw_only=True):
    """A result: ``{"XmlMsg": …}`` in JSON, the root element in XML."""

    xml_msg: XmlMsg


class RequestBody(_Element, kw_only=True):
    qualification_confirm_search_info: SearchInfo | None = None


class RequestMessage(_Element, kw_only=True):
    message_header: MessageHeader
    message_body: RequestBody


class RequestDocument(_Element, kw_only=True):
    """A request, as a program under test sends it; unknown elements are ignored."""

    xml_msg: RequestMessage


_BLOCKS: dict[str, type[_Element]] = {
    "elderly_recipient_certificate_info": ElderlyCertificate,
    "limit_application_certificate_related_info": LimitCertificate,
}


def _paths() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for outer in msgspec.structs.fields(QualificationRecord):
        found[outer.encode_name] = (outer.name,)
        if outer.name in _BLOCKS:
            for inner in msgspec.structs.fields(_BLOCKS[outer.name]):
                found[inner.encode_name] = (outer.name, inner.name)
    return found


_PATHS = _paths()


def record_elements() -> list[str]:
    """Every element name below ResultOfQualificationConfirmation, blocks included."""
    return list(_PATHS)


def set_element(record: QualificationRecord, element: str, value: str | None) -> None:
    """Set (or with None leave out) one element of a record, by its name in the message.

    A block is made when an element in it is set; a block itself can only be left out. Raises
    KeyError for an element that the message does not have, ValueError for text in a block.
    """
    *outer, attribute = _PATHS[element]
    target: Any = record
    if outer:
        target = getattr(record, outer[0])
        if target is None:
            if value is None:
                return
            target = _BLOCKS[outer[0]]()
            setattr(record, outer[0], target)
    elif attribute in _BLOCKS and value is not None:
        raise ValueError(f"{element} holds elements, not text")
    setattr(target, attribute, value)

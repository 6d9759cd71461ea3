"""The siquc01 messages as typed records, in the order of the specification, and what all share.

Field names are the element names in snake case; ``None`` is an element that is not there, ``""``
an empty one; every value is a string. Element names and order as in public programs that read
and write them (facts: oqs page, section 2). What these records say is decided in
:mod:`onshi.eligibility.mapping`; how they become text in ``xml`` and ``json``.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from onshi.eligibility.elements import Element, Entry
from onshi.eligibility.records import (
    DiseaseCertificate,
    DiseaseItem,
    ElderlyCertificate,
    LimitCertificate,
    QualificationRecord,
    TicketInfo,
    TicketItem,
    record_elements,
    set_element,
)

__all__ = [
    "Asked",
    "AskedDocument",
    "DiseaseCertificate",
    "DiseaseItem",
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
    "TicketInfo",
    "TicketItem",
    "Told",
    "ToldDocument",
    "XmlMsg",
    "record_elements",
    "set_element",
]


Body = TypeVar("Body")


class MessageHeader(Element, kw_only=True):
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
    reception_number: str | None = None
    number_of_processing_result: str | None = None
    number_of_normal_processing: str | None = None
    number_of_error: str | None = None


class SearchInfo(Element, kw_only=True):
    """QualificationConfirmSearchInfo: the query, echoed in the answer to it."""

    insurer_number: str | None = None
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None
    birthdate: str | None = None
    limit_application_certificate_related_cons_flg: str | None = None
    arbitrary_identifier: str | None = None


class QualificationItem(Entry, kw_only=True):
    """One entry of ResultList."""

    result_of_qualification_confirmation: QualificationRecord


class MessageBody(Element, kw_only=True):
    """Body of a result or of a face file. An empty ``result_list`` is an empty element."""

    qualification_confirm_search_info: SearchInfo | None = None
    prescription_issue_select: str | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None
    qualification_validity: str | None = None
    result_list: list[QualificationItem] | None = None


class XmlMsg(Element, kw_only=True):
    message_header: MessageHeader
    message_body: MessageBody | None = None


class Document(Element, kw_only=True):
    """A result: ``{"XmlMsg": …}`` in JSON, the root element in XML."""

    xml_msg: XmlMsg


class RequestBody(Element, kw_only=True):
    qualification_confirm_search_info: SearchInfo | None = None


class RequestMessage(Element, kw_only=True):
    message_header: MessageHeader
    message_body: RequestBody


class RequestDocument(Element, kw_only=True):
    """A request, as a program under test sends it; unknown elements are ignored."""

    xml_msg: RequestMessage


# ----------------------------------------------------- frames of the other messages
class Asked(Element, Generic[Body], kw_only=True):
    """A request with some body."""

    message_header: MessageHeader
    message_body: Body


class AskedDocument(Element, Generic[Body], kw_only=True):
    """The whole of a request: ``class BulkRequest(AskedDocument[BulkRequestBody])``."""

    xml_msg: Asked[Body]


class Told(Element, Generic[Body], kw_only=True):
    """A result with some body, or without one when the whole request failed."""

    message_header: MessageHeader
    message_body: Body | None = None


class ToldDocument(Element, Generic[Body], kw_only=True):
    """The whole of a result."""

    xml_msg: Told[Body]

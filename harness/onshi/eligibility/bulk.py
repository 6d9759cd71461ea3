"""The bulk messages: many people in one file, in two phases.

First a list is handed in (``muquc01``, ``mutic01``, ``muhvq01``, ``muonq01``) and answered with a
受付番号; with that the result is fetched (``muquc02`` and the like), again and again while it
says 処理中 (SegmentOfResult 2). Names as public programs have them (facts: oqs page, sections
2.2 and 2.5). No public source shows what stands around the queries of ``muquc01``: here they
stand beside each other in MessageBody, and one element around them is read through.
"""

from __future__ import annotations

import msgspec

from onshi.eligibility.elements import Element
from onshi.eligibility.messages import AskedDocument, SearchInfo, ToldDocument
from onshi.eligibility.records import QualificationRecord

__all__ = [
    "BulkRequest",
    "BulkRequestBody",
    "BulkResult",
    "BulkResultBody",
    "BulkUnit",
    "DownloadRequest",
    "DownloadRequestBody",
    "ListRequest",
    "ListRequestBody",
    "ListSearchInfo",
    "ReceptionResult",
    "ReceptionResultBody",
]


# ------------------------------------------------------------ handing in (…01req)
class BulkRequestBody(Element, kw_only=True):
    """One query for each patient; ``arbitrary_identifier`` finds the patient again."""

    searches: list[SearchInfo] = msgspec.field(
        default_factory=list, name="QualificationConfirmSearchInfo"
    )


class BulkRequest(AskedDocument[BulkRequestBody], kw_only=True):
    """``muquc01``: 資格確認一括照会 of patients who are named."""


class ListSearchInfo(Element, kw_only=True):
    """Whom to list: a month (医療扶助), or a span of consents or of examinations.

    Months ``YYYYMM``, days ``YYYYMMDD``; the flag is OQSCD028 (2 訪問診療等, 3 オンライン診療等).
    """

    medical_treatment_month: str | None = None
    consent_date_from: str | None = None
    consent_date_to: str | None = None
    examination_date_from: str | None = None
    examination_date_to: str | None = None
    medical_treatment_flag: str | None = None


class ListRequestBody(Element, kw_only=True):
    qualification_confirm_search_info: ListSearchInfo | None = None


class ListRequest(AskedDocument[ListRequestBody], kw_only=True):
    """``mutic01``, ``muhvq01``, ``muonq01``: all who fit, not named one by one."""


class ReceptionResultBody(Element, kw_only=True):
    """``reception_date_time`` as ``YYYYMMDDHHmmss``; with an error status and its code."""

    reception_number: str | None = None
    reception_date_time: str | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None


class ReceptionResult(ToldDocument[ReceptionResultBody], kw_only=True):
    """``…01res``: the list was taken. That says nothing of what will come of it."""


# --------------------------------------------------------------- fetching (…02)
class DownloadRequestBody(Element, kw_only=True):
    reception_number: str | None = None


class DownloadRequest(AskedDocument[DownloadRequestBody], kw_only=True):
    """``…02req`` of every bulk kind."""


class BulkUnit(Element, kw_only=True):
    """BulkConfirmUnit: the answer to one query.

    One or several records stand in it directly; in a list around them they are read as well.
    """

    qualification_confirm_search_info: SearchInfo | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None
    qualification_validity: str | None = None
    records: list[QualificationRecord] = msgspec.field(
        default_factory=list, name="ResultOfQualificationConfirmation"
    )
    reference_number: str | None = None


class BulkResultBody(Element, kw_only=True):
    units: list[BulkUnit] = msgspec.field(default_factory=list, name="BulkConfirmUnit")


class BulkResult(ToldDocument[BulkResultBody], kw_only=True):
    """``muquc02res``, ``mutic02res``, ``muhvq02res``, ``muonq02res``."""

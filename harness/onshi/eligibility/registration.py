"""照会番号 registered for a patient: one (``siimm01``) or many in two phases (``muimm01``, ``02``).

Names from one public program's builder and readers; the result of a single registration was not
yet seen by its author in a real file (facts: oqs page, sections 2.2 and 2.5).
"""

from __future__ import annotations

import msgspec

from onshi.eligibility.elements import Element
from onshi.eligibility.messages import AskedDocument, ToldDocument

__all__ = [
    "BulkRegistrationBody",
    "BulkRegistrationResult",
    "BulkRegistrationUnit",
    "Registration",
    "RegistrationBody",
    "RegistrationRequest",
    "RegistrationResult",
    "RegistrationResultBody",
]


class Registration(Element, kw_only=True):
    """ReferenceNumberRegistrationInfo: a 照会番号 (up to 50) and whose it is to be."""

    reference_number: str | None = None
    insurer_number: str | None = None
    insured_card_symbol: str | None = None
    insured_identification_number: str | None = None
    insured_branch_number: str | None = None


class RegistrationBody(Element, kw_only=True):
    registrations: list[Registration] = msgspec.field(
        default_factory=list, name="ReferenceNumberRegistrationInfo"
    )


class RegistrationRequest(AskedDocument[RegistrationBody], kw_only=True):
    """``siimm01`` has one registration, ``muimm01`` any number."""


class RegistrationResultBody(Element, kw_only=True):
    reference_number: str | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None


class RegistrationResult(ToldDocument[RegistrationResultBody], kw_only=True):
    """``siimm01res``."""


class BulkRegistrationUnit(Element, kw_only=True):
    """What came of one registration, with the echo of it."""

    reference_number_registration_info: Registration | None = None
    processing_result_status: str | None = None
    processing_result_code: str | None = None
    processing_result_message: str | None = None


class BulkRegistrationBody(Element, kw_only=True):
    units: list[BulkRegistrationUnit] = msgspec.field(
        default_factory=list, name="BulkRegistrationUnit"
    )


class BulkRegistrationResult(ToldDocument[BulkRegistrationBody], kw_only=True):
    """``muimm02res``; the 受付番号 is in the header."""

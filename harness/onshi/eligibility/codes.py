"""The codes that engines reason with, and the placeholders for result codes.

All lists with their labels are in ``code_lists``. Codes travel as plain strings everywhere; the
enums here are strings, too. Error and result codes of 別紙6-1 are not public: those here are
placeholders (facts: oqs page, section 4).
"""

from __future__ import annotations

import enum

from onshi.eligibility.code_lists import CODE_LISTS, LIST_TITLES, label

__all__ = [
    "CODE_LISTS",
    "ITEM_ERROR",
    "LIST_TITLES",
    "NOTICE_EXPIRY",
    "NO_CONSENT",
    "NO_RECEPTION",
    "SYSTEM_ERROR",
    "UNREADABLE",
    "CardClass",
    "CareSetting",
    "CharacterCode",
    "Consent",
    "Reference",
    "Segment",
    "Status",
    "Validity",
    "is_placeholder",
    "label",
    "placeholders",
]


class Reference(enum.StrEnum):
    """OQSCD002 照会区分."""

    CARD = "1"
    NUMBERS = "2"


class Segment(enum.StrEnum):
    """OQSCD003 処理結果区分."""

    DONE = "1"
    PENDING = "2"
    FAILED = "9"


class Status(enum.StrEnum):
    """OQSCD004 処理結果状況."""

    DONE = "1"
    ERROR = "2"


class CharacterCode(enum.StrEnum):
    """OQSCD005 文字コード識別."""

    UTF8 = "0"
    SHIFT_JIS = "1"


class Validity(enum.StrEnum):
    """OQSCD006 資格有効性."""

    VALID = "1"
    INVALID = "2"
    INVALID_NEW = "3"
    NOT_FOUND = "4"
    MULTIPLE = "5"
    VALID_UNREGISTERED = "6"


class CardClass(enum.StrEnum):
    """OQSCD010 被保険者証区分, those that stand for a scheme of their own."""

    GENERAL = "01"
    SELF_DEFENCE = "07"
    MEDICAL_AID = "A1"


class Consent(enum.StrEnum):
    """OQSCD016 同意区分."""

    NO = "0"
    YES = "1"
    EXPIRED = "2"
    HARD_TO_GET = "3"


class CareSetting(enum.StrEnum):
    """OQSCD028 診療区分, MedicalTreatmentFlag in requests."""

    OUTPATIENT = "1"
    HOME_VISIT = "2"
    ONLINE = "3"
    EMERGENCY = "4"


ITEM_ERROR = ("ONSHI-ITEM", "照会の項目に誤りがあります（試験用の文言）")
SYSTEM_ERROR = ("ONSHI-SYSTEM", "システムエラーが発生しました（試験用の文言）")
UNREADABLE = ("ONSHI-UNREADABLE", "要求ファイルを読み取れません（試験用の文言）")
NO_RECEPTION = ("ONSHI-RECEPTION", "受付番号に該当する受付がありません（試験用の文言）")
NO_CONSENT = ("ONSHI-CONSENT", "閲覧の同意がないか、期限が切れています（試験用の文言）")
NOTICE_EXPIRY = (
    "ONSHI-NOTICE",
    "マイナンバーカードの電子証明書の有効期限が近いか、過ぎています（試験用の文言）",
)


def placeholders() -> tuple[str, ...]:
    """The placeholder codes that an answer can carry."""
    ours = (ITEM_ERROR, SYSTEM_ERROR, UNREADABLE, NO_RECEPTION, NO_CONSENT, NOTICE_EXPIRY)
    return tuple(code for code, _ in ours)


def is_placeholder(code: str) -> bool:
    """Whether an error or result code is one of ours and therefore not genuine."""
    return code.startswith("ONSHI-")

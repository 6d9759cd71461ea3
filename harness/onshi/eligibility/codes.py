"""The code lists OQSCD001-017 with their labels, and the few codes that engines reason with.

Codes travel as plain strings everywhere, so that an unknown one survives (a new code is what a
product has to get over). Source: 別紙5-1 as transcribed by public programs (facts: oqs page,
section 3). Error and result codes of 別紙6-1 are not public: those here are placeholders.
"""

from __future__ import annotations

import enum

__all__ = [
    "CODE_LISTS",
    "ITEM_ERROR",
    "NOTICE_EXPIRY",
    "NO_CONSENT",
    "NO_RECEPTION",
    "SYSTEM_ERROR",
    "UNREADABLE",
    "CharacterCode",
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


CODE_LISTS: dict[str, dict[str, str]] = {
    "OQSCD001": {"0": "未同意", "1": "同意"},
    "OQSCD002": {"1": "マイナンバーカード", "2": "被保険者証情報"},
    "OQSCD003": {"1": "正常終了", "2": "処理中", "9": "異常終了"},
    "OQSCD004": {"1": "正常終了", "2": "エラー"},
    "OQSCD005": {"0": "UTF-8", "1": "Shift_JIS"},
    "OQSCD006": {
        "1": "有効",
        "2": "無効",
        "3": "無効（新しい資格あり）",
        "4": "該当資格なし",
        "5": "複数該当",
        "6": "有効（未登録）",
    },
    "OQSCD007": {"1": "男", "2": "女", "3": "未設定"},
    "OQSCD008": {
        "01": "死亡",
        "02": "生活保護受給開始",
        "03": "医療保険等の資格取得",
        "99": "その他",
    },
    "OQSCD009": {"1": "本人", "2": "家族"},
    "OQSCD010": {
        "01": "被保険者証（一般）",
        "02": "被保険者証（退職）",
        "03": "短期被保険者証（一般）",
        "04": "短期被保険者証（退職）",
        "05": "特別療養費支給対象者",
        "06": "特例退職被保険者証",
        "07": "自衛官診療証",
        "A1": "医療扶助",
    },
    "OQSCD011": {
        "01": "限度額適用区分認定証",
        "02": "限度額適用・標準負担額減額認定証",
        "03": "標準負担額減額認定証",
    },
    "OQSCD012": {
        "A01": "ア",
        "A02": "イ",
        "A03": "ウ",
        "A04": "エ",
        "A05": "オ",
        "A06": "オ（境）",
        "B01": "現役並みⅢ",
        "B02": "現役並みⅡ",
        "B03": "現役並みⅠ",
        "B04": "一般",
        "B05": "低所得Ⅱ",
        "B06": "低所得Ⅰ",
        "B07": "低所得Ⅰ（老福）",
        "B08": "低所得Ⅰ（境）",
        "B09": "一般Ⅱ",
        "B10": "一般Ⅰ",
    },
    "OQSCD013": {
        "1": "人工透析を要する慢性腎不全",
        "2": "先天性血液凝固因子障害",
        "3": "血液凝固因子製剤起因HIV感染症",
    },
    "OQSCD014": {"0": "変更なし", "1": "変更ありまたは判定不能"},
    "OQSCD015": {"1": "未就学該当"},
    "OQSCD016": {
        "0": "同意なし",
        "1": "同意あり",
        "2": "同意有効期限切れ",
        "3": "同意取得困難",
    },
    "OQSCD017": {"1": "電子処方箋", "2": "紙の処方箋"},
}

ITEM_ERROR = ("ONSHI-ITEM", "照会の項目に誤りがあります（試験用の文言）")
SYSTEM_ERROR = ("ONSHI-SYSTEM", "システムエラーが発生しました（試験用の文言）")
UNREADABLE = ("ONSHI-UNREADABLE", "要求ファイルを読み取れません（試験用の文言）")
NO_RECEPTION = ("ONSHI-RECEPTION", "受付番号に該当する受付がありません（試験用の文言）")
NO_CONSENT = ("ONSHI-CONSENT", "閲覧の同意がないか、期限が切れています（試験用の文言）")
NOTICE_EXPIRY = (
    "ONSHI-NOTICE",
    "マイナンバーカードの電子証明書の有効期限が近いか、過ぎています（試験用の文言）",
)


def label(code_list: str, code: str) -> str:
    """The Japanese label of a code; the code itself when the list does not have it."""
    return CODE_LISTS.get(code_list, {}).get(code, code)


def placeholders() -> tuple[str, ...]:
    """The placeholder codes that an answer can carry."""
    ours = (ITEM_ERROR, SYSTEM_ERROR, UNREADABLE, NO_RECEPTION, NO_CONSENT, NOTICE_EXPIRY)
    return tuple(code for code, _ in ours)


def is_placeholder(code: str) -> bool:
    """Whether an error or result code is one of ours and therefore not genuine."""
    return code.startswith("ONSHI-")

"""The codes of an answer as one word, and the words for the operator."""

from __future__ import annotations

from clinic.messages import Record, Result

_STATUS_OF_VALIDITY = {
    "1": "valid",
    "2": "invalid",
    "3": "invalid_new",
    "4": "not_found",
    "5": "multiple",
    "6": "valid_unregistered",
}
GOOD = ("valid", "valid_unregistered")
LOST = ("invalid", "invalid_new")
WORTH_A_RETRY = ("request_error", "pending", "system_unreachable")
TEXT = {
    "valid": "資格は有効です。",
    "valid_unregistered": "医療扶助は有効(未登録)です。",
    "invalid": "資格(無効)です。直近の資格は喪失し、その後の資格は確認できていません。",
    "invalid_new": "資格(無効)ですが、新しい資格があります。",
    "not_found": "資格情報なしです。登録前か、保険者が確認中です。",
    "multiple": "複数の資格が該当しました。1件に決められません。",
    "request_error": "照会の結果に資格情報がありません。保険の資格の問題とは限りません。",
    "pending": "システムが処理中で、結果がまだ出ていません。",
    "system_unreachable": "資格確認システムの異常です。保険の資格の問題ではありません。",
}


def status_of(result: Result) -> str:
    """OQSCD003, 004 and 006 as one word; a code nobody knows is an error, not an 無効."""
    if result.segment == "2":
        return "pending"
    if result.segment != "1":
        return "system_unreachable"
    if result.status != "1":
        return "request_error"
    return _STATUS_OF_VALIDITY.get(result.validity, "request_error")


def single(result: Result) -> Record | None:
    """The one health insurance of an answer; 医療扶助 (A1) beside it is no contradiction."""
    if len(result.records) == 1:
        return result.records[0]
    insured = [r for r in result.records if r.card_class != "A1"]
    return insured[0] if len(insured) == 1 else None


def shown(record: Record) -> str:
    """A record in one line."""
    lost = f" 喪失日{record.lost}" if record.lost else ""
    return (
        f"{record.insurer_name or record.insurer_number} {record.symbol}・{record.number}"
        f" (枝番){record.branch} {record.name}{lost}"
    )

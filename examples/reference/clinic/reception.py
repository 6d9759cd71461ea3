"""The flow of one visit, from the card to the receipt.

Three rules run through it: a device's or the system's failure says nothing about the insurance;
nothing that came from outside is written into a chart unless the operator said so; and every
visit starts and ends with nothing left of the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from clinic import compare
from clinic.acceptance import Acceptance
from clinic.card import CardReader, CardSession, grace_end
from clinic.case import Arrival, Case
from clinic.chart import Charts, Page
from clinic.dialog import KEEP_CHART, RETRY, Dialog
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.face import FaceFolder
from clinic.fallback import Fallback
from clinic.messages import Record, Result
from clinic.receipt import FEE_YEN, prescription, receipt

RETRIES = 2
"""How often the operator may have a visit's card and inquiry tried again."""


class Inquire(Protocol):
    """One inquiry by the insurance's numbers, over the WebAPI or by file."""

    def __call__(self, query: Mapping[str, str], day: date) -> Result: ...


class Reception:
    """The desk: ``card``, ``lines`` and ``face`` are what this installation has."""

    def __init__(
        self,
        charts: Charts,
        *,
        card: CardReader | None = None,
        lines: Mapping[str, Inquire] | None = None,
        face: FaceFolder | None = None,
    ) -> None:
        self.charts, self.card, self.lines, self.face = charts, card, dict(lines or {}), face
        self.acceptance, self.fallback = Acceptance(charts), Fallback(charts)

    def check_in(self, arrival: Arrival) -> Case:
        """Handle one visit. Always returns; troubles become part of the case."""
        dialog = Dialog(arrival.ask)
        before = self.charts.get(arrival.chart_no) or self._found_by_form(arrival, dialog)
        case = Case(arrival, dialog, before, before, retries_left=RETRIES)
        while self._attempt(case):
            case.retries_left -= 1
        self._settle(case)
        return case

    def _found_by_form(self, arrival: Arrival, dialog: Dialog) -> Page | None:
        """A chart this new patient may have already: the operator looks at both and says so."""
        form = arrival.form
        for page in self.charts.find(kana=form.kana, birthdate=form.birthdate):
            prompt = (
                f"カナ氏名と生年月日が同じカルテがあります({page.chart_no} {page.name})。本人ですか"
            )
            if dialog.ask(prompt, KEEP_CHART) == KEEP_CHART:
                return page
        return None

    def _attempt(self, case: Case) -> bool:
        """Card, inquiry, decision. True when the operator wants it all once more."""
        case.message = ""
        try:
            result = self._result(case)
        except DeviceTrouble as trouble:
            case.status = "device_unusable"
            case.say(f"{trouble.text}。機器・カードの問題で、保険の資格の問題ではありません。")
            return self.fallback.choose(case, retry=trouble.category not in _FINAL)
        except SystemTrouble as trouble:
            case.status = _STATUS_OF_TROUBLE.get(trouble.category, "system_unreachable")
            case.say(f"{trouble.text}。照会の問題で、保険の資格の問題ではありません。")
            return self.fallback.choose(case, retry=True)
        return self._decide(case, result)

    # --------------------------------------------------------------- result
    def _result(self, case: Case) -> Result:
        arrival = case.arrival
        if arrival.route == "face":
            assert self.face is not None
            result = self.face.next_result(
                arrival.present, lambda r: self._is_about(case, r), arrival.day
            )
            for record in (r for other in self.face.not_called for r in other.records):
                case.dialog.warn(
                    f"読み取りだけで受付していない方がいます: {record.name} {record.kana}"
                )
            return result
        arrival.present()
        if arrival.route == "card":
            self._check_card(case)
        return self.lines[arrival.line](arrival.query, arrival.day)

    def _is_about(self, case: Case, result: Result) -> bool:
        """Whether a face result is about the person who was called."""
        known = case.page or case.arrival.form
        return any(not compare.person(known, record) for record in result.records)

    def _check_card(self, case: Case) -> None:
        """Card on the reader, certificate in date, PIN typed by the patient."""
        assert self.card is not None
        session = self.card.open()
        try:
            end, today = session.certificate_end, case.arrival.day
            if today > grace_end(end):
                raise DeviceTrouble(
                    "certificate",
                    f"マイナンバーカードの電子証明書の有効期限が切れています({end:%Y年%m月%d日})。"
                    "切れたのは保険の資格ではなく電子証明書です",
                )
            if today > end:
                case.dialog.warn(
                    f"電子証明書の有効期限が切れています({end:%Y年%m月%d日})。"
                    f"{grace_end(end):%Y年%m月%d日}までは資格確認のみ使えます(診療・薬剤情報は"
                    "閲覧できません)。市区町村の窓口で更新してください"
                )
            self._check_pin(case, session)
        finally:
            session.close()

    def _check_pin(self, case: Case, session: CardSession) -> None:
        """One VERIFY for each time the patient typed; a warning before the last try."""
        left = session.tries_left
        while left != 0:
            if left == 1:
                case.dialog.warn("暗証番号はあと1回間違えるとロックされます")
                prompt = "暗証番号の入力はあと1回です。患者さん本人がもう一度入力しますか"
                if case.dialog.ask(prompt, RETRY) != RETRY:
                    raise DeviceTrouble("pin", f"暗証番号の入力をやめました。{_BY_SIGHT}")
            pin = case.arrival.enter_pin()
            if pin is None:
                raise DeviceTrouble("pin", f"暗証番号が入力されません。{_BY_SIGHT}")
            if not (pin.isascii() and pin.isdigit() and len(pin) == 4):
                case.dialog.warn("暗証番号は数字4桁です")
                continue
            answer = session.verify(pin)
            if answer.right:
                return
            left = answer.tries_left
            case.dialog.warn("暗証番号が違います" + ("" if left is None else f"(残り{left}回)"))
        raise DeviceTrouble(
            "pin",
            f"暗証番号がロックされています。市区町村の窓口で再設定できます。{_BY_SIGHT}",
        )

    # ------------------------------------------------------------- decision
    def _decide(self, case: Case, result: Result) -> bool:
        """From the answer's codes to what is done about it. True for 'once more'."""
        case.status, one = _status(result), _single(result)
        if case.status in _GOOD and one is not None:
            if len(result.records) > 1:
                case.dialog.warn("医療扶助の情報もあります。医療券を確認してください")
            case.say(_TEXT_OF_GOOD[case.status])
            if self.acceptance.accept(case, one, result.text):
                return False
            return self.fallback.choose(case, retry=False)
        if case.status in _GOOD:
            case.status = "multiple" if result.records else "request_error"
        case.say(_TEXT_OF_STATUS[case.status])
        if result.text:
            case.say(f"システムからの通知: {result.text}")
        for record in result.records:
            case.say(f"表示された資格: {_line(record)}")
        case.say("カルテの保険は変更していません。")
        return self.fallback.choose(case, retry=case.status in _WORTH_A_RETRY)

    # --------------------------------------------------------------- the end
    def _settle(self, case: Case) -> None:
        """Keep the evidence, settle what was paid in full before, print the papers."""
        page, day = case.page, case.arrival.day
        if page is None:
            return
        self.charts.record(page, day, case.status, case.evidence, case.share)
        if case.share is None:
            case.say("負担割合が決まるまで会計を保留します。")
            return
        if case.share == 100:
            self.charts.paid_in_full(page.chart_no, day, FEE_YEN)
        else:
            case.refund = self.charts.settle(page.chart_no, case.share)
        case.printed = [
            ("領収書", receipt(page, day, case.share)),
            ("処方箋", prescription(page, day)),
        ]


_BY_SIGHT = "顔認証か目視確認モードで本人確認をしてください"
_FINAL = ("certificate", "pin", "not_mynumber")
"""Troubles that another try with the same card does not change."""

_STATUS_OF_TROUBLE = {"bad_request": "request_error", "refused": "request_error"}
_STATUS_OF_VALIDITY = {
    "1": "valid",
    "2": "invalid",
    "3": "invalid_new",
    "4": "not_found",
    "5": "multiple",
    "6": "valid_unregistered",
}
_GOOD = ("valid", "valid_unregistered")
_TEXT_OF_GOOD = {"valid": "資格は有効です。", "valid_unregistered": "医療扶助は有効(未登録)です。"}
_TEXT_OF_STATUS = {
    "invalid": "資格(無効)です。直近の資格は喪失し、その後の資格は確認できていません。",
    "invalid_new": "資格(無効)ですが、新しい資格があります。",
    "not_found": "資格情報なしです。登録前か、保険者が確認中です。",
    "multiple": "複数の資格が該当しました。1件に決められません。",
    "request_error": "照会の結果に資格情報がありません。保険の資格の問題とは限りません。",
    "pending": "システムが処理中で、結果がまだ出ていません。",
    "system_unreachable": "資格確認システムの異常です。保険の資格の問題ではありません。",
}
_WORTH_A_RETRY = ("request_error", "pending", "system_unreachable")


def _status(result: Result) -> str:
    """OQSCD003, 004 and 006 as one word; a code nobody knows is an error, not an 無効."""
    if result.segment == "2":
        return "pending"
    if result.segment != "1":
        return "system_unreachable"
    if result.status != "1":
        return "request_error"
    return _STATUS_OF_VALIDITY.get(result.validity, "request_error")


def _single(result: Result) -> Record | None:
    """The one health insurance of an answer; 医療扶助 (A1) beside it is no contradiction."""
    if len(result.records) == 1:
        return result.records[0]
    insured = [r for r in result.records if r.card_class != "A1"]
    return insured[0] if len(insured) == 1 else None


def _line(record: Record) -> str:
    lost = f" 喪失日{record.lost}" if record.lost else ""
    return (
        f"{record.insurer_name or record.insurer_number} {record.symbol}・{record.number}"
        f" (枝番){record.branch} {record.name}{lost}"
    )

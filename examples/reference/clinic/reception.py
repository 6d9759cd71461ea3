"""The flow of one visit, from the card to the receipt.

Three rules run through it: a device's or the system's failure says nothing about the insurance;
nothing that came from outside is written into a chart unless the operator said so; and every
visit starts and ends with nothing left of the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from clinic import compare
from clinic.acceptance import Acceptance
from clinic.answers import GOOD, LOST, TEXT, WORTH_A_RETRY, shown, single, status_of
from clinic.card import CardReader, CardSession, grace_end
from clinic.case import Arrival, Case
from clinic.chart import Charts, Page
from clinic.dialog import KEEP_CHART, RETRY, Dialog
from clinic.errors import DeviceTrouble, SystemTrouble
from clinic.face import FaceFolder
from clinic.fallback import Fallback
from clinic.insurance import of_record
from clinic.ledger import Attendance, Ledger, unresolved
from clinic.messages import Result
from clinic.receipt import FEE_YEN, notice, prescription, receipt
from clinic.recheck import Inquire

RETRIES = 2
"""How often the operator may have a visit's card and inquiry tried again."""


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
        self.ledger = Ledger(charts.database)
        self.acceptance, self.fallback = Acceptance(charts), Fallback(charts)

    def check_in(self, arrival: Arrival) -> Case:
        """Handle one visit. Always returns; troubles become part of the case."""
        dialog = Dialog(arrival.ask)
        before = self.charts.get(arrival.chart_no) or self._found_by_form(arrival, dialog)
        case = Case(arrival, dialog, before, before, retries_left=RETRIES)
        earlier = self.ledger.attendances(before.chart_no) if before else []
        self._remind(dialog, unresolved(earlier))
        while self._attempt(case):
            case.retries_left -= 1
        self._settle(case, earlier)
        return case

    def _remind(self, dialog: Dialog, days: list[date]) -> None:
        """Earlier visits whose insurance is not known yet: now is the time to ask."""
        if days:
            dialog.warn(
                f"{'、'.join(map(str, days))}の資格が未確認です。"
                "番号や前の保険のことを患者に確かめてください"
            )

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
        case.status, one = status_of(result), single(result)
        if case.status in GOOD and one is not None:
            if len(result.records) > 1:
                case.dialog.warn("医療扶助の情報もあります。医療券を確認してください")
            case.say(TEXT[case.status])
            if self.acceptance.accept(case, one, result.text):
                return False
            return self.fallback.choose(case, retry=False)
        if case.status in GOOD:
            case.status = "multiple" if result.records else "request_error"
        case.say(TEXT[case.status])
        if case.status in LOST and one is not None:
            case.lost = of_record(one)
        if result.text:
            case.say(f"システムからの通知: {result.text}")
        for record in result.records:
            case.say(f"表示された資格: {shown(record)}")
        case.say("カルテの保険は変更していません。")
        return self.fallback.choose(case, retry=case.status in WORTH_A_RETRY)

    # --------------------------------------------------------------- the end
    def _settle(self, case: Case, earlier: list[Attendance]) -> None:
        """Keep the evidence, settle what was paid in full before, print the papers."""
        page, day = case.page, case.arrival.day
        if page is None:
            return
        self.ledger.attended(_attendance(case, page))
        if case.status in (*LOST, "not_found"):
            case.printed = [("お知らせ", notice(case.status))]
        if case.share is None:
            case.say("負担割合が決まるまで会計を保留します。")
            return
        if case.share == 100:
            self.charts.paid_in_full(page.chart_no, day, FEE_YEN)
        else:
            case.refund = self.charts.settle(page.chart_no, case.share)
            self._compare_shares(case, earlier)
        case.printed += [
            ("領収書", receipt(page, day, case.share)),
            ("処方箋", prescription(page, day)),
        ]

    def _compare_shares(self, case: Case, earlier: list[Attendance]) -> None:
        """What earlier visits of an unpaid or otherwise shared kind still owe, to be looked at."""
        assert case.share is not None
        for visit in earlier:
            if visit.share is None:
                yen = FEE_YEN * case.share // 100
                case.dialog.warn(f"{visit.day}の会計が済んでいません({case.share}%なら{yen:,}円)")
            elif visit.share not in (case.share, 100):
                yen = FEE_YEN * abs(case.share - visit.share) // 100
                word = "未収" if case.share > visit.share else "返金"
                case.dialog.warn(
                    f"{visit.day}は{visit.share}%で会計しています。"
                    f"割合の変わった日により{word} {yen:,}円"
                )


def _attendance(case: Case, page: Page) -> Attendance:
    """The visit as it is kept, with the moment at which it was settled."""
    arrival = case.arrival
    assert page.chart_no is not None
    return Attendance(
        chart_no=page.chart_no,
        day=arrival.day,
        at=f"{arrival.day} {datetime.now():%H:%M:%S}",
        status=case.status,
        evidence=case.evidence,
        insurance=case.insurance,
        lost=case.lost,
        declaration=case.declared,
        share=case.share,
        limit=page.limit or "",
        line=arrival.line,
        empty_handed=arrival.empty_handed,
        disaster=arrival.disaster,
    )


_BY_SIGHT = "顔認証か目視確認モードで本人確認をしてください"
_FINAL = ("certificate", "pin", "not_mynumber")
"""Troubles that another try with the same card does not change."""

_STATUS_OF_TROUBLE = {"bad_request": "request_error", "refused": "request_error"}

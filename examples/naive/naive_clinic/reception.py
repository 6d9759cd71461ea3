"""Mistakes at the desk: asks nothing, believes everything, and calls every failure 無効."""

from __future__ import annotations

from dataclasses import replace

from clinic.card import CardSession
from clinic.case import Arrival, Case
from clinic.chart import Page
from clinic.compare import share_of
from clinic.dialog import Dialog
from clinic.errors import DeviceTrouble
from clinic.messages import Record
from clinic.receipt import prescription, receipt
from clinic.reception import Reception


class NaiveReception(Reception):
    """One visit after the other; ``frozen`` is the page of a visit whose card went wrong."""

    frozen: Page | None = None

    def check_in(self, arrival: Arrival) -> Case:
        before = self.charts.get(arrival.chart_no) or self._of_that_name(arrival)
        case = Case(arrival, Dialog(arrival.ask), before, before)
        if self.frozen is None:
            self._receive(case)
        else:
            # Mistake: the window of the patient before is still open; this one is entered there.
            case.page, self.frozen = self.frozen, None
            case.status, case.share = "valid", case.page.copay_percent
        self._print(case)
        return case

    def _of_that_name(self, arrival: Arrival) -> Page | None:
        """Mistake: a chart with the same name is the same person's."""
        return next(iter(self.charts.named(arrival.form.name)), None)

    def _receive(self, case: Case) -> None:
        result = None
        try:
            result = self._result(case)
        except DeviceTrouble as e:
            case.say(f"エラー: {e}")
            self.frozen = case.before
        except Exception as e:
            case.say(f"エラー: {e}")
        if result is not None and result.validity in ("1", "5", "6") and result.records:
            self._believe(case, result.records[0])
        else:
            self._refuse(case)

    def _check_card(self, case: Case) -> None:
        """Mistake: an expired certificate is an expired insurance, with no grace."""
        assert self.card is not None
        session = self.card.open()
        try:
            if case.arrival.day > session.certificate_end:
                raise DeviceTrouble("certificate", "有効期限が切れています")
            self._check_pin(case, session)
        finally:
            session.close()

    def _check_pin(self, case: Case, session: CardSession) -> None:
        """Mistake: what did not work once is sent again, until the card locks."""
        pin = case.arrival.enter_pin() or "0000"
        if not any(session.verify(pin).right for _ in range(3)):
            raise DeviceTrouble("pin", "暗証番号が違います")

    def _believe(self, case: Case, record: Record) -> None:
        """Mistake: the first record replaces the chart, ● and all."""
        case.status, case.evidence = "valid", ("online",)
        case.share = share_of(record, case.arrival.day)
        case.page = self.charts.save(
            replace(
                case.page or Page(),
                name=record.name,
                kana=record.kana,
                birthdate=record.birthdate,
                sex=record.sex,
                address=record.address,
                insurer_number=record.insurer_number,
                symbol=record.symbol,
                number=record.number,
                branch=record.branch,
                copay_percent=case.share,
                limit=record.limit or None,
                public=(),
                status="valid",
            )
        )

    def _refuse(self, case: Case) -> None:
        """Mistake: whatever it was, it is 無効; the insurance is struck out and 10割 charged."""
        case.status, case.share = "invalid", 100
        case.say("資格が無効です。10割負担になります。")
        if case.page is not None:
            case.page = self.charts.save(
                replace(
                    case.page,
                    insurer_number="",
                    symbol="",
                    number="",
                    branch="",
                    copay_percent=100,
                    status="invalid",
                )
            )

    def _print(self, case: Case) -> None:
        if case.page is not None and case.share is not None:
            text = receipt(case.page, case.arrival.day, case.share)
            case.printed = [
                ("領収書", f"{case.page.name} 様\n{text}"),
                ("処方箋", f"{case.page.name} 様\n{prescription(case.page, case.arrival.day)}"),
            ]

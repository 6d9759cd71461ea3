"""A small clinic over months: visits, the month's end, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from clinic import messages
from clinic.case import Case, Errand, MonthEndCase
from clinic.chart import Charts, Page
from clinic.claim_file import Site
from clinic.declaration import Declaration
from clinic.month_end import MonthEnd
from clinic.reception import Reception
from clinic.recheck import Recheck
from clinic.returns import Returns, ReturnsCase
from clinic_bench import PAGE, Operator, arrival

from onshi.claims.read import read_uke
from onshi.claims.records import Receipt, Settled, Uke
from onshi.claims.returns import write_returns

CLAIM_DAY = date(2025, 11, 10)
RETURN_DAY = date(2025, 12, 5)
RECLAIM_DAY = date(2025, 12, 10)
DECLARE = ("何で確認", "document:被保険者資格申立書")
DECLARED = Declaration(
    kana="タカハシ　ショウ", addresses=("東京都千代田区１－１", "大阪府"), phone="03-1"
)
BARE = replace(PAGE, insurer_number=None, symbol=None, number=None, branch=None)
"""A chart without numbers."""


class Office:
    """``answers`` is what the system says, the last one for ever; a trouble is raised."""

    def __init__(self, folder: Path, page: Page = PAGE) -> None:
        self.charts = Charts(":memory:")
        self.charts.save(page)
        self.answers: list[dict[str, Any] | Exception] = []
        self.queries: list[tuple[dict[str, str], date]] = []
        self.sent_back = b""
        lines = {"webapi": self.line}
        self.reception = Reception(self.charts, lines=lines)
        self.ledger = self.reception.ledger
        site = Site(code="1319999999", name="検証用クリニック", phone="03-0000-0000")
        self.month_end = MonthEnd(
            self.charts, self.ledger, Recheck(lines), site=site, folder=folder
        )
        self.returns = Returns(self.charts, self.ledger)

    def line(self, query: Any, day: date) -> messages.Result:
        self.queries.append((dict(query), day))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return messages.from_json(found)

    def visit(
        self, given: dict[str, Any] | Exception, *script: tuple[str, str], **changes: Any
    ) -> Case:
        """Somebody is here and gets this answer; at ``DAY`` unless it is said otherwise."""
        self.answers = [given]
        return self.reception.check_in(arrival(Operator(*script), declaration=DECLARED, **changes))

    def claim(
        self,
        given: dict[str, Any] | Exception,
        *script: tuple[str, str],
        day: date = CLAIM_DAY,
    ) -> MonthEndCase:
        """The month is closed, while the system gives this answer."""
        self.answers = [given]
        errand = Errand(chart_no=PAGE.chart_no, day=day, ask=Operator(*script))
        return self.month_end.claim(errand)

    def send_back(self, case: MonthEndCase, reason: str, day: date = RETURN_DAY) -> ReturnsCase:
        """The 審査支払機関 returns the whole file for that reason."""
        uke = uke_of(case)
        settled = [Settled(r, "returned", reason=reason, detail="試験") for r in uke.receipts]
        self.sent_back = write_returns(uke, settled, day)
        return self.returns.take(self.sent_back, day)


def uke_of(case: MonthEndCase) -> Uke:
    assert case.path is not None, case.message
    return read_uke(case.path.read_bytes())


def receipt_of(case: MonthEndCase) -> Receipt:
    """The only レセプト of the file."""
    [receipt] = uke_of(case).receipts
    return receipt


def numbers(receipt: Receipt) -> tuple[str, str, str]:
    return receipt.insurer_number, receipt.symbol, receipt.number


def codes(receipt: Receipt) -> list[str]:
    return [comment.code for comment in receipt.comments]


__all__ = [
    "BARE",
    "CLAIM_DAY",
    "DECLARE",
    "DECLARED",
    "RECLAIM_DAY",
    "RETURN_DAY",
    "Office",
    "codes",
    "numbers",
    "receipt_of",
    "uke_of",
]

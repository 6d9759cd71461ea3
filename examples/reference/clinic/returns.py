"""What came back from the 審査支払機関: the reasons are shown, and the visits are open again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from clinic import returned_file
from clinic.chart import Charts
from clinic.ledger import Ledger, ReturnedClaim


@dataclass
class ReturnsCase:
    """What the operator sees after a 返戻 file was read in."""

    reopened: bool = False
    reasons: list[str] = field(default_factory=list)
    message: str = ""
    warned: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.message = f"{self.message}\n{text}".strip()


class Returns:
    """Takes 返戻 files into the ledger."""

    def __init__(self, charts: Charts, ledger: Ledger) -> None:
        self.charts, self.ledger = charts, ledger

    def take_file(self, path: Path, day: date) -> ReturnsCase:
        """Read a file in from where it was downloaded to."""
        try:
            return self.take(path.read_bytes(), day)
        except OSError as e:
            return ReturnsCase(warned=[f"返戻ファイルを開けません: {e.strerror}"])

    def take(self, data: bytes, day: date) -> ReturnsCase:
        """Read a file in. Always returns: what is wrong with the file is told."""
        case = ReturnsCase()
        try:
            sender, found = returned_file.read(data)
        except returned_file.BadReturns as e:
            case.warned.append(f"返戻ファイルを読み取れません: {e}")
            return case
        for one in found:
            self.reopen(case, one, sender, day)
        return case

    def reopen(
        self,
        case: ReturnsCase,
        one: returned_file.Returned,
        sender: returned_file.Sender,
        day: date,
    ) -> None:
        """The visits of one レセプト are to be claimed again, once the reason is dealt with."""
        page = self.charts.get(one.chart_no)
        days = one.days or self.days_of(one)
        which = f"カルテ番号{one.chart_no} {one.month:%Y年%m月}分"
        if page is None or not any(self.ledger.claims(one.chart_no, d) for d in days):
            case.warned.append(f"返戻の{which}は、当院の請求に見つかりません")
            return
        claim = ReturnedClaim(
            chart_no=one.chart_no,
            days=days,
            came_on=day,
            payer=sender.payer,
            processed=sender.processed,
            reasons=tuple(one.reasons),
            search_no=one.search_no,
            history=tuple(one.history),
        )
        if self.ledger.has_return(claim):
            case.warned.append(f"返戻の{which}は、取り込み済みです")
            return
        self.ledger.came_back(claim)
        case.reopened = True
        case.reasons += one.reasons
        case.say(
            f"返戻: {page.name or page.kana} {one.month:%Y年%m月}分 {'、'.join(one.reasons)}。"
            "資格を確かめて再請求してください。"
        )

    def days_of(self, one: returned_file.Returned) -> tuple[date, ...]:
        """The days of a レセプト without JD, by what went out for its month."""
        visits = self.ledger.attendances(one.chart_no)
        return tuple(sorted({v.day for v in visits if v.month == one.month}))

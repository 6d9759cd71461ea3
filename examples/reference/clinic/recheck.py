"""Before a claim goes out the qualification is asked for again, by the line of the visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from clinic import compare
from clinic.answers import GOOD, LOST, TEXT, WORTH_A_RETRY, single, status_of
from clinic.chart import Page
from clinic.errors import SystemTrouble
from clinic.insurance import Insurance, of_record
from clinic.ledger import Attendance
from clinic.messages import Record, Result


class Inquire(Protocol):
    """One inquiry by the insurance's numbers, over the WebAPI or by file."""

    def __call__(self, query: Mapping[str, str], day: date) -> Result: ...


@dataclass(frozen=True, kw_only=True)
class Again:
    """What the system says now of the day of the visit."""

    status: str
    record: Record | None = None

    @property
    def valid(self) -> Insurance | None:
        good = self.status in GOOD and self.record is not None
        return of_record(self.record) if good and self.record else None

    @property
    def lost(self) -> Insurance | None:
        lost = self.status in LOST and self.record is not None
        return of_record(self.record) if lost and self.record else None


class Recheck:
    """``lines`` as in the reception: what this installation can ask by."""

    def __init__(self, lines: Mapping[str, Inquire]) -> None:
        self.lines = dict(lines)

    def ask(self, page: Page, insurance: Insurance | None, visit: Attendance) -> Again | None:
        """The answer about the visit's day; None where there is nothing to ask by.

        Raises :class:`SystemTrouble`, also for an answer about somebody else.
        """
        line = self.lines.get(visit.line)
        if line is None or insurance is None or page.birthdate is None:
            return None
        result = line(query_of(insurance, page.birthdate, limit=bool(visit.limit)), visit.day)
        record = single(result)
        if record is not None and compare.person(page, record):
            raise SystemTrouble("bad_answer", "再照会に別の人の情報が返りました")
        status = status_of(result)
        if status in WORTH_A_RETRY:
            raise SystemTrouble("bad_answer", TEXT[status].rstrip("。"))
        return Again(status=status, record=record)


def query_of(insurance: Insurance, birthdate: date, *, limit: bool) -> dict[str, str]:
    """The inquiry by numbers; ``limit``: with 限度額, where the patient had agreed to it."""
    found = {
        "InsurerNumber": insurance.insurer_number.strip().rjust(8),
        "InsuredCardSymbol": insurance.symbol,
        "InsuredIdentificationNumber": insurance.number,
        "InsuredBranchNumber": insurance.branch,
        "Birthdate": f"{birthdate:%Y%m%d}",
        "LimitApplicationCertificateRelatedConsFlg": "1" if limit else "0",
    }
    return {name: text for name, text in found.items() if text}


def differences(again: Again, asked: Insurance, share: int | None, visit: Attendance) -> list[str]:
    """What is no more as it was at the visit, in words."""
    found = []
    if again.status not in GOOD:
        found.append(f"資格の状態: 受付時「{visit.status}」 → {TEXT[again.status]}")
    record = again.record
    if record is None:
        return found
    if record.lost is not None:
        found.append(f"喪失日 {record.lost}")
    now = of_record(record)
    if now is not None and not now.same_as(asked):
        found.append(f"番号: 受付時「{asked}」 → 「{now}」")
    theirs = compare.share_of(record, visit.day)
    if again.status in GOOD and None not in (share, theirs) and share != theirs:
        found.append(f"負担割合: 受付時「{share}%」 → 「{theirs}%」")
    if record.limit and record.limit != visit.limit:
        found.append(f"限度額区分: 受付時「{visit.limit or 'なし'}」 → 「{record.limit}」")
    return found

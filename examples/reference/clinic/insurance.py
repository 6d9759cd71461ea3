"""What identifies an insurance: the numbers of a chart, a paper or an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clinic import fold
from clinic.chart import Page
from clinic.messages import Record


@dataclass(frozen=True, kw_only=True)
class Insurance:
    """The numbers as they were confirmed; ``""`` for what was not there.

    ``relation``: 1 本人, 2 家族, "" not known. ``valid_from`` and ``lost`` as an answer gave them.
    """

    insurer_number: str
    symbol: str = ""
    number: str = ""
    branch: str = ""
    relation: str = ""
    valid_from: date | None = None
    lost: date | None = None

    @property
    def plan(self) -> str:
        """``late`` 後期, ``kokuho``, ``aid`` 医療扶助 or ``shaho``, by the number's shape."""
        digits = fold.insurer_digits(self.insurer_number)
        if len(digits) == 6:
            return "kokuho"
        return {"39": "late", "67": "kokuho", "12": "aid"}.get(digits[:2], "shaho")

    def same_as(self, other: Insurance) -> bool:
        """Whether both are one qualification, however they are written."""
        return self._folded() == other._folded()

    def covers(self, day: date) -> bool:
        """Whether it can be the one of that day, as far as its dates are known."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.lost is None or day < self.lost)

    def _folded(self) -> tuple[str, str, str]:
        return (
            fold.fold_insurer(self.insurer_number),
            fold.fold_number(self.symbol),
            fold.fold_number(self.number),
        )

    def __str__(self) -> str:
        return f"{self.insurer_number.strip()} {self.symbol}・{self.number}"


def of_page(page: Page | None) -> Insurance | None:
    """The insurance of a chart or paper; None where it has no numbers."""
    if page is None or not page.insurer_number or not page.number:
        return None
    return Insurance(
        insurer_number=page.insurer_number,
        symbol=page.symbol or "",
        number=page.number,
        branch=page.branch or "",
    )


def of_record(record: Record) -> Insurance | None:
    """The insurance of an answer; None where it carries no numbers."""
    if not record.insurer_number or not record.number:
        return None
    return Insurance(
        insurer_number=record.insurer_number,
        symbol=record.symbol,
        number=record.number,
        branch=record.branch,
        relation=record.relation,
        valid_from=record.valid_from,
        lost=record.lost,
    )

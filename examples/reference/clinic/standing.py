"""What is known, when the month is closed, of the insurance of some visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clinic import compare, ways
from clinic.answers import LOST
from clinic.chart import Page
from clinic.insurance import Insurance, of_page
from clinic.ledger import Attendance, ReturnedClaim
from clinic.recheck import Again

SHOWN = ("online", *(way for way in ways.WAY_OF.values() if way != "moushitatesho"))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Visits of one month with one insurance, and everything that was learned since.

    ``later``: visits after them; ``again``: the inquiry before the claim; ``back``: why their
    claim came back, None when it did not.
    """

    page: Page
    visits: Sequence[Attendance]
    later: Sequence[Attendance] = ()
    again: Again | None = None
    back: ReturnedClaim | None = None

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted({v.day for v in self.visits}))

    @property
    def month(self) -> date:
        return self.visits[0].month

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def confirmed(self) -> Insurance | None:
        """The last numbers that something confirmed at one of these visits, or that were heard."""
        return next((v.insurance for v in reversed(self.visits) if v.insurance), None)

    @property
    def refuted(self) -> bool:
        """Whether the claim came back because of whom it billed."""
        reasons = " ".join(r.partition("：")[0] for r in self.back.reasons) if self.back else ""
        return any(word in reasons for word in ("保険者", "該当者", "資格"))

    @property
    def shown_later(self) -> Attendance | None:
        """The last visit after these that showed an insurance which can be that of these days.

        Numbers without a beginning say nothing of days for which others were confirmed.
        """
        open_still = self.confirmed is None or self.refuted
        for visit in reversed(self.later):
            found = visit.insurance
            if found is None or not set(visit.evidence) & set(SHOWN):
                continue
            if (found.valid_from is not None or open_still) and found.covers(self.days[-1]):
                return visit
        return None

    @property
    def numbers(self) -> Insurance | None:
        """What to ask the system by: the newest that is known, else the last that was."""
        later = self.shown_later.insurance if self.shown_later else None
        newest = later or (of_page(self.page) if self.back else None)
        return newest or self.confirmed or of_page(self.page) or self.lost

    @property
    def share_again(self) -> int | None:
        """The share in percent that the system gives now for the last of these days."""
        if self.again is None or self.again.valid is None or self.again.record is None:
            return None
        return compare.share_of(self.again.record, self.days[-1])

    @property
    def valid_again(self) -> Insurance | None:
        """What the inquiry before the claim showed as valid on the last of these days."""
        return self.again.valid if self.again else None

    @property
    def doubted(self) -> bool:
        """Whether an answer said that there is no such qualification (any more)."""
        said = [v.status for v in self.visits] + ([self.again.status] if self.again else [])
        return any(status in (*LOST, "not_found", "multiple") for status in said)

    @property
    def lost(self) -> Insurance | None:
        """A qualification that is known to be over: shown as lost, else the chart's old one."""
        shown = [v.lost for v in self.visits if v.lost]
        if self.again and self.again.lost:
            shown.append(self.again.lost)
        return shown[-1] if shown else of_page(self.page)

    @property
    def declared(self) -> Attendance | None:
        """The visit of these, or before the claim, in which the patient declared in writing."""
        return next((v for v in reversed((*self.visits, *self.later)) if v.declaration), None)

    @property
    def paid_in_full(self) -> bool:
        return any(v.share == 100 for v in self.visits)

    @property
    def share(self) -> int | None:
        """The share that was charged last, 10割 aside."""
        shares = [v.share for v in self.visits if v.share not in (None, 100)]
        return shares[-1] if shares else None

    @property
    def limit(self) -> str:
        return self.visits[-1].limit

    @property
    def disaster(self) -> bool:
        return any(v.disaster for v in self.visits)

    @property
    def empty_handed(self) -> bool:
        """Whether the patient never had anything with them."""
        return all(v.empty_handed for v in (*self.visits, *self.later))


def parts(visits: Sequence[Attendance]) -> list[list[Attendance]]:
    """Visits by month, and by the insurance that was confirmed for them: it may change.

    Visits for which nothing was confirmed go with the ones beside them.
    """
    found: list[list[Attendance]] = []
    for visit in visits:
        last = found[-1] if found else []
        known = next((v.insurance for v in reversed(last) if v.insurance), None)
        other = known and visit.insurance and not known.same_as(visit.insurance)
        if last and last[0].month == visit.month and not other:
            last.append(visit)
        else:
            found.append([visit])
    return found

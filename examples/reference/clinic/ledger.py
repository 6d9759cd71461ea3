"""What each visit's acceptance rested on, and what was claimed for it. Nothing is rewritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import msgspec

from clinic.database import Database
from clinic.declaration import Declaration
from clinic.insurance import Insurance

T = TypeVar("T")

_TABLES = """
CREATE TABLE IF NOT EXISTS attendance (chart_no, content);
CREATE TABLE IF NOT EXISTS claim (chart_no, content);
CREATE TABLE IF NOT EXISTS returned (chart_no, content);
"""


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """One visit as it was settled, with the moment of its evidence.

    ``insurance``: the numbers that the acceptance rests on, None when nothing was confirmed.
    ``lost``: a lost qualification that the inquiry showed. ``line`` and ``route`` as in Arrival.
    ``empty_handed``: the patient had neither card nor paper with them.
    """

    chart_no: str
    day: date
    at: str
    status: str
    evidence: tuple[str, ...] = ()
    insurance: Insurance | None = None
    lost: Insurance | None = None
    declaration: Declaration | None = None
    share: int | None = None
    limit: str = ""
    line: str = ""
    empty_handed: bool = False
    disaster: bool = False

    @property
    def month(self) -> date:
        return self.day.replace(day=1)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One レセプト that went out: of which days, what ``kind``, its records (``lines``).

    ``basis``: what showed the qualification, and when.
    """

    chart_no: str
    days: tuple[date, ...]
    sent_on: date
    kind: str
    basis: str
    payer: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReturnedClaim:
    """One レセプト that came back: why, and what a re-claim has to carry unchanged.

    ``payer`` is the 審査支払機関 that sent it back, ``processed`` in which 処理年月; ``history``
    the 履歴管理ブロック.
    """

    chart_no: str
    days: tuple[date, ...]
    came_on: date
    payer: str
    processed: str
    reasons: tuple[str, ...]
    search_no: str = ""
    history: tuple[str, ...] = ()


class Ledger:
    """Attendances, claims and returns in their order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def attended(self, visit: Attendance) -> None:
        self._keep("attendance", visit)

    def sent(self, claim: Sent) -> None:
        self._keep("claim", claim)

    def came_back(self, claim: ReturnedClaim) -> None:
        self._keep("returned", claim)

    def attendances(self, chart_no: str | None) -> list[Attendance]:
        """All visits of a chart, the first one first."""
        return self._of("attendance", chart_no, Attendance)

    def claims(self, chart_no: str | None, day: date) -> list[Sent]:
        """What went out for a visit, in order."""
        return [c for c in self._of("claim", chart_no, Sent) if day in c.days]

    def open_return(self, chart_no: str | None, day: date) -> ReturnedClaim | None:
        """The return of a visit's claim that was not answered by a new claim yet."""
        back = [r for r in self._of("returned", chart_no, ReturnedClaim) if day in r.days]
        return back[-1] if back and len(back) >= len(self.claims(chart_no, day)) else None

    def has_return(self, claim: ReturnedClaim) -> bool:
        """Whether it was read in before, on whatever day."""
        known = self._of("returned", claim.chart_no, ReturnedClaim)
        return any(replace(r, came_on=claim.came_on) == claim for r in known)

    def open_visits(self, chart_no: str | None, day: date) -> list[Attendance]:
        """Visits that are to be claimed on a day: not claimed yet, or come back.

        Those of a month that is not over yet are claimed only when there are no others.
        """
        still = [
            a
            for a in self.attendances(chart_no)
            if not self.claims(chart_no, a.day) or self.open_return(chart_no, a.day)
        ]
        return [a for a in still if a.month < day.replace(day=1)] or still

    def _keep(self, table: str, kept: Attendance | Sent | ReturnedClaim) -> None:
        self._database.insert(table, (kept.chart_no, msgspec.json.encode(kept).decode()))

    def _of(self, table: str, chart_no: str | None, kind: type[T]) -> list[T]:
        query = f"SELECT content FROM {table} WHERE chart_no = ? ORDER BY rowid"
        rows = self._database.read(query, (chart_no,))
        return [msgspec.json.decode(text, type=kind) for (text,) in rows]


def unresolved(visits: list[Attendance]) -> list[date]:
    """Days for which no insurance was confirmed yet, nor by a later visit."""
    known = [v for v in visits if v.insurance is not None]
    return [
        v.day
        for v in visits
        if v.insurance is None
        and not any(k.day >= v.day and k.insurance and k.insurance.covers(v.day) for k in known)
    ]

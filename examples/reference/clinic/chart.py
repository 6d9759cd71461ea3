"""The chart store: insurance pages of the patients, and what they paid in full."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date

from clinic.database import Database
from clinic.fold import fold_kana


@dataclass(frozen=True, kw_only=True)
class Page:
    """The insurance page of one patient. ``copay_percent`` in percent, ``limit`` like ``A03``.

    ``name`` is the spelling the clinic has confirmed; nothing from outside replaces it.
    ``relation`` is 1 本人 or 2 家族; it and the dates stay empty where nothing says them.
    """

    chart_no: str | None = None
    name: str | None = None
    kana: str | None = None
    birthdate: date | None = None
    sex: str | None = None
    address: str | None = None
    insurer_number: str | None = None
    symbol: str | None = None
    number: str | None = None
    branch: str | None = None
    copay_percent: int | None = None
    limit: str | None = None
    public: tuple[str, ...] | None = None
    status: str | None = None
    relation: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


_COLUMNS = [f.name for f in fields(Page)]
_QUOTED = ", ".join(f'"{name}"' for name in _COLUMNS)
_TABLES = f"""
CREATE TABLE IF NOT EXISTS page ({_QUOTED}, kana_key, PRIMARY KEY (chart_no));
CREATE TABLE IF NOT EXISTS paid_in_full (chart_no, day, yen);
CREATE TABLE IF NOT EXISTS late_result (day, name, content);
CREATE TABLE IF NOT EXISTS counter (name PRIMARY KEY, value);
"""


class Charts:
    """The charts in ``database``, which others may keep their tables in as well."""

    def __init__(self, database: str) -> None:
        self.database = Database(database)
        self.database.create(_TABLES)

    def close(self) -> None:
        self.database.close()

    def get(self, chart_no: str | None) -> Page | None:
        found = self._pages("chart_no = ?", chart_no)
        return found[0] if found else None

    def find(self, *, kana: str | None, birthdate: date | None) -> list[Page]:
        """Charts that may be this person's: kana and birth date, never the written name.

        A written name may carry ● for any character, and namesakes exist.
        """
        if not kana or birthdate is None:
            return []
        return self._pages("kana_key = ? AND birthdate = ?", fold_kana(kana), birthdate.isoformat())

    def named(self, name: str | None) -> list[Page]:
        """Charts with this written name, for a person to look through: namesakes exist."""
        return self._pages("name = ?", name) if name else []

    def save(self, page: Page) -> Page:
        """Write the page as it is; a new patient gets the next chart number."""
        if page.chart_no is None:
            page = Page(**{**vars(page), "chart_no": f"{self.next('chart'):06d}"})
        row = {**vars(page), "kana_key": fold_kana(page.kana or "")}
        row["birthdate"] = page.birthdate.isoformat() if page.birthdate else None
        row["public"] = None if page.public is None else json.dumps(page.public)
        marks = ", ".join(f":{name}" for name in row)
        self.database.write(
            f"INSERT OR REPLACE INTO page ({_QUOTED}, kana_key) VALUES ({marks})", row
        )
        return page

    def clear(self) -> None:
        """Forget every patient, and all that is kept beside the charts (a bench does this)."""
        self.database.clear()

    def paid_in_full(self, chart_no: str | None, day: date, yen: int) -> None:
        """The patient paid everything for now: to be settled once the insurance is confirmed."""
        self.database.insert("paid_in_full", (chart_no, day.isoformat(), yen))

    def owed(self, chart_no: str | None) -> bool:
        """Whether a visit was paid in full and is not settled yet."""
        return bool(
            self.database.read("SELECT 1 FROM paid_in_full WHERE chart_no = ?", (chart_no,))
        )

    def settle(self, chart_no: str | None, share: int) -> int | None:
        """Yen to give back for visits paid in full; None when there is nothing to settle."""
        rows = self.database.write(
            "DELETE FROM paid_in_full WHERE chart_no = ? RETURNING yen", (chart_no,)
        )
        return sum(yen * (100 - share) // 100 for (yen,) in rows) if rows else None

    def keep_late(self, day: date, name: str, content: bytes) -> None:
        """A result that came after its visit was settled: kept for a person to look at."""
        self.database.insert("late_result", (day.isoformat(), name, content))

    def next(self, counter: str) -> int:
        """The next number of a counter; never given twice."""
        [(value,)] = self.database.write(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name)"
            " DO UPDATE SET value = value + 1 RETURNING value",
            (counter,),
        )
        return int(value)

    def _pages(self, where: str, *values: object) -> list[Page]:
        rows = self.database.read(f"SELECT {_QUOTED} FROM page WHERE {where}", values)
        return [_page(dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def _page(row: dict[str, object]) -> Page:
    birthdate, public = row["birthdate"], row["public"]
    row["birthdate"] = date.fromisoformat(str(birthdate)) if birthdate else None
    row["public"] = None if public is None else tuple(json.loads(str(public)))
    return Page(**row)  # type: ignore[arg-type]

"""The verdicts that are kept: one row a trouble, the last one counts."""

from __future__ import annotations

import threading
from pathlib import Path

from onshi.catalogue.records import Profile, Trouble
from onshi.config import Config
from onshi.outcomes import Row
from onshi.reports.run import Run, write_run
from onshi.suite import applicable

__all__ = ["Ledger"]


class Ledger:
    """Rows of this process, in the order in which they came; written to ``folder`` at each.

    ``troubles`` are those of the profiles. Which of them are 対象外 follows from the surfaces that
    visits were made with.
    """

    def __init__(
        self,
        config: Config,
        profiles: list[Profile],
        troubles: list[Trouble],
        date: str,
        folder: Path | None,
    ) -> None:
        self._config, self._profiles, self._date = config, profiles, date
        self.troubles, self.folder = troubles, folder
        self._lock = threading.Lock()
        self._rows: dict[str, Row] = {}
        self._surfaces: set[str] = set()

    def start(self) -> None:
        """Write the empty run, so that a folder that cannot be written shows at once.

        Raises :class:`OnshiError`.
        """
        self._write()

    def met_with(self, surfaces: frozenset[str]) -> None:
        """A visit is made with these surfaces of a product."""
        with self._lock:
            self._surfaces |= surfaces

    def keep(self, rows: list[Row]) -> None:
        """Keep verdicts. Raises :class:`OnshiError` when the folder cannot be written; the rows
        are kept in memory all the same.
        """
        with self._lock:
            for row in rows:
                own = self._rows.get(row.trouble)
                if not row.same_as or own is None or own.same_as:
                    self._rows[row.trouble] = row
        self._write()

    def run(self) -> Run:
        """What this run is."""
        with self._lock:
            surfaces = frozenset(self._surfaces)
            seen = set(self._rows)
        planned = {t.id: t for t in self.troubles}
        out = [t.id for t in self.troubles if surfaces and not applicable(t, surfaces)]
        return Run(
            profiles=list(self._config.profile),
            seed=self._config.seed,
            date=self._date,
            surfaces=sorted(surfaces),
            troubles=[*planned, *sorted(seen - set(planned))],
            scope=[t for t in out if t not in seen],
            rules=self._config.rules,
            min_observed=self._config.min_observed,
        )

    def rows(self) -> list[Row]:
        """The verdicts, by trouble."""
        with self._lock:
            return sorted(self._rows.values(), key=lambda r: r.trouble)

    def _write(self) -> None:
        if self.folder is not None:
            write_run(self.folder, self.run(), self.rows())

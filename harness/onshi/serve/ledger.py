"""The verdicts that are kept: one row a trouble, the last one counts."""

from __future__ import annotations

import threading
from pathlib import Path

from onshi.catalogue.records import Trouble
from onshi.config import Config, Waiver
from onshi.errors import OnshiError
from onshi.journal import Journal
from onshi.outcomes import UNTROUBLED, Outcome, Row, row
from onshi.reports.about import About
from onshi.reports.journals import MOST, Journals, pack
from onshi.reports.run import Run, write_run
from onshi.suite import applicable

__all__ = ["Ledger"]


class Ledger:
    """Rows of this process, in the order in which they came; written to ``folder`` at each.

    ``troubles`` are those of the profiles. Which of them are 対象外 follows from the surfaces that
    visits were made with. ``trouble`` says why the folder could not be written, or is "".
    """

    def __init__(
        self,
        config: Config,
        troubles: list[Trouble],
        date: str,
        *,
        waivers: tuple[Waiver, ...] = (),
        folder: Path | None = None,
        about: About | None = None,
    ) -> None:
        self._about, self.journals = about or About(), Journals()
        self._config, self._date, self._waivers = config, date, waivers
        self.troubles, self.folder = troubles, folder
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._rows: dict[str, Row] = {}
        self._surfaces: set[str] = set()
        self.trouble = ""

    def start(self) -> None:
        """Write the empty run, so that a folder that cannot be written shows at once.

        Raises :class:`OnshiError`.
        """
        self._write()

    def met_with(self, surfaces: frozenset[str]) -> None:
        """A visit is made with these surfaces of a product."""
        with self._lock:
            self._surfaces |= surfaces

    def keep(self, rows: list[Row], journal: Journal) -> None:
        """Keep verdicts, the first one's journal under the name of its trouble.

        What cannot be written is kept in memory, and :attr:`trouble` says so; the next time
        everything is written.
        """
        self._put(rows)
        if any(row.result in ("failed", "waived") for row in rows):
            self.journals.keep(rows[0], pack(journal.ordered(MOST)))
        self._save(journal, rows[0].trouble)

    def _save(self, journal: Journal | None = None, name: str = "") -> None:
        try:
            with self._writing:
                if self.folder is not None and journal is not None:
                    journal.write(self.folder, name)
                self._write()
            self.trouble = ""
        except OnshiError as e:
            self.trouble = str(e)

    def _put(self, rows: list[Row]) -> None:
        with self._lock:
            for one in rows:
                own = self._rows.get(one.trouble)
                if not one.same_as or own is None or own.same_as:
                    self._rows[one.trouble] = one

    def refused(self, trouble: Trouble, why: str) -> None:
        """A trouble that the doors here cannot bring about: 観測なし, with the reason."""
        said = f"この入口では起こせません: {why}"
        self._put([row(Outcome(trouble, "skipped", problem=said))])
        self._save()

    def run(self) -> Run:
        """What this run is."""
        with self._lock:
            surfaces = frozenset(self._surfaces)
            seen = set(self._rows) - {UNTROUBLED.id}
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
            limits=self._config.limits,
            waivers=list(self._waivers),
            whole=not (self._config.trouble or self._config.only),
            min_observed=self._config.min_observed,
            about=self._about,
        )

    @property
    def red(self) -> bool:
        """Whether something of level fail is broken, or too little could be judged."""
        rows = self.rows()
        return any(r.result == "failed" for r in rows) or self.run().too_few(rows)

    def rows(self) -> list[Row]:
        """The verdicts, by trouble."""
        with self._lock:
            return sorted(self._rows.values(), key=lambda r: r.trouble)

    def _write(self) -> None:
        if self.folder is not None:
            write_run(self.folder, self.run(), self.rows())

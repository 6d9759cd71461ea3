"""The terminal summary of a pytest run, and the files written at its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from onshi.errors import OnshiError
from onshi.outcomes import Row
from onshi.reports.baseline import change_lines, since
from onshi.reports.journals import Journals
from onshi.reports.run import Run, write_run
from onshi.reports.summary import Line, details, shares
from onshi.reports.writers import write_report

if TYPE_CHECKING:
    from onshi.pytest_suite import Session

__all__ = ["TerminalSummary"]


class TerminalSummary:
    """Gathers outcomes (from xdist workers too) and prints them at the end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[Row] = []
        self._journals = Journals()
        self._unwritten: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        row = getattr(report, "onshi", None)
        if row is not None:
            self._rows.append(msgspec.convert(row, Row))
            if report.onshi_journal:
                self._journals.keep(self._rows[-1], report.onshi_journal)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write results.json and the reports; too few observed is a failure."""
        if hasattr(session.config, "workerinput"):
            return
        self._rows.sort(key=lambda r: (r.trouble, r.name))  # workers finish in any order
        run, config = self._session.facts(), self._session.config
        if config.journal and self._rows:
            self._write(partial(write_run, Path(config.journal), run, self._rows))
        for path in config.reports:
            write = partial(write_report, before=self._session.before, journals=self._journals)
            self._write(partial(write, path, run, self._rows))
        failed = self._unwritten or run.too_few(self._rows)
        if failed and session.exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _write(self, write: Callable[[], None]) -> None:
        """Write one file; what cannot be written is said at the end, and the others are."""
        try:
            write()
        except OnshiError as e:
            self._unwritten.append(str(e))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for problem in self._unwritten:
            terminalreporter.write_line(f"onshi: {problem}", red=True)
        if not self._rows:
            return
        run: Run = self._session.facts()
        for profile in run.surveys:
            terminalreporter.section(f"onshi: {profile.name} ({profile.title})")
            for line in shares(profile, run, self._rows):
                _write(terminalreporter, line)
        for line in details(run, self._rows):
            _write(terminalreporter, line)
        if self._session.before is not None:
            for line in change_lines(since(self._session.before, self._rows, run.troubles)):
                _write(terminalreporter, line)


def _write(out: Any, line: Line) -> None:
    out.write_line(line.text, **({line.colour: True} if line.colour else {}))

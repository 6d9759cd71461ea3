"""The terminal summary: per survey category, what was met, broken, not observed, 対象外."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from onshi.catalogue.records import Profile
    from onshi.pytest_suite import Session

__all__ = ["TerminalSummary", "category_rows"]

_RESULTS = ("passed", "failed", "waived", "skipped")


def category_rows(
    profile: Profile, rows: list[dict[str, Any]], out_of_scope: list[Any]
) -> list[tuple[Any, dict[str, int]]]:
    """(category, counts) by falling share; counts also hold ``out`` (対象外)."""
    table = []
    for category in sorted(profile.category, key=lambda c: -c.share):
        if not category.injectable:
            continue
        counts = {
            r: sum(1 for x in rows if x["result"] == r and category.key in x["categories"])
            for r in _RESULTS
        }
        counts["out"] = sum(1 for t in out_of_scope if category.key in t.categories)
        table.append((category, counts))
    return table


class TerminalSummary:
    """Gathers outcomes (from xdist workers too) and prints them at the end."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: list[dict[str, Any]] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        row = getattr(report, "onshi", None)
        if row is not None:
            self._rows.append(row)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write results.json; too few observed is a failure."""
        if hasattr(session.config, "workerinput"):
            return
        self._rows.sort(key=lambda r: r["trouble"])  # workers finish in any order
        folder = self._session.config.journal
        if folder and self._rows:
            path = Path(folder) / "results.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self._rows, ensure_ascii=False, indent=1), encoding="utf-8")
        if self._session.config.report:
            from onshi.reports.html import write_html

            write_html(Path(self._session.config.report), self._session, self._rows)
        if self._too_few() and session.exitstatus in (0, 5):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _too_few(self) -> bool:
        wanted = self._session.config.min_observed
        return sum(1 for r in self._rows if r["result"] != "skipped") < wanted

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._rows:
            return
        out = terminalreporter
        scope = self._session.out_of_scope()
        for profile in self._session.profiles:
            out.section(f"onshi: {profile.name} ({profile.title})")
            out.write_line(
                f"割合は、トラブルがあったと答えた {profile.n_troubled:,} 施設のうち"
                "その項目を挙げた施設の割合です (製品の不具合率ではありません)。"
            )
            for category, counts in category_rows(profile, self._rows, scope):
                out.write_line(
                    f"{category.share:5.1f} %  適合 {counts['passed']:2}  違反 {counts['failed']:2}"
                    f"  猶予 {counts['waived']:2}  観測なし {counts['skipped']:2}"
                    f"  対象外 {counts['out']:2}  {category.label}"
                )
        self._details(out, scope)

    def _details(self, out: Any, scope: list[Any]) -> None:
        for row in self._rows:
            if row["result"] == "failed":
                why = ", ".join(row["broken"]) or row["problem"]
                out.write_line(f"違反  {row['trouble']}: {why}", red=True)
        for row in self._rows:
            if row["warned"] and row["result"] != "failed":
                out.write_line(f"注意  {row['trouble']}: {', '.join(row['warned'])}", yellow=True)
        if scope:
            out.write_line("対象外  " + ", ".join(t.id for t in scope))
        if self._too_few():
            out.write_line(
                f"観測できたトラブルが {self._session.config.min_observed} 件に足りません "
                "(--onshi-min-observed)",
                red=True,
            )

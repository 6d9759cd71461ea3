"""A report's file says by its name what it is: a page, text for a pull request, a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from onshi.errors import OnshiError
from onshi.outcomes import Row
from onshi.reports.journals import Journals
from onshi.reports.run import Run

__all__ = ["KINDS", "check_kind", "write_report"]

KINDS = {
    ".html": "a page for people",
    ".md": "Markdown for a pull request",
    ".csv": "a table for a spreadsheet",
    ".json": "everything for a program",
    ".xml": "JUnit for CI",
}
"""Suffixes, and what is written to such a file."""


def check_kind(path: Path) -> str:
    """The suffix of a report's file. Raises :class:`OnshiError` for one that is none of ours."""
    kind = {".htm": ".html", ".markdown": ".md"}.get(path.suffix.lower(), path.suffix.lower())
    if kind not in KINDS:
        known = ", ".join(f"{suffix} ({what})" for suffix, what in KINDS.items())
        raise OnshiError(
            f"report {str(path)!r}: the end of its name says what it is to be, one of {known}"
        )
    return kind


def write_report(
    path: Path,
    run: Run,
    rows: Sequence[Row],
    *,
    kind: str = "",
    before: Iterable[Row] | None = None,
    journals: Journals | None = None,
) -> None:
    """Write one report, of the kind that its suffix says unless ``kind`` is given.

    ``before`` is a former run, ``journals`` is where pictures are made from. Raises
    :class:`OnshiError` for an unknown suffix and when the file cannot be written.
    """
    from onshi.reports import csv, html, json, junit, markdown

    match kind or check_kind(path):
        case ".html":
            html.write_html(path, run, rows, before=before, journals=journals)
        case ".md":
            markdown.write_markdown(path, run, rows, before=before)
        case ".csv":
            csv.write_csv(path, run, rows)
        case ".json":
            json.write_json(path, run, rows, before=before)
        case ".xml":
            junit.write_junit(path, run, list(rows))

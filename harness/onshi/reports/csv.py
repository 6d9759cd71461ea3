"""The CSV report: one line for each verdict, as a spreadsheet opens it (BOM, CRLF)."""

from __future__ import annotations

import csv as writer
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from onshi.catalogue.load import load_rules
from onshi.judge.case import Finding
from onshi.outcomes import Row
from onshi.reports.files import write_file
from onshi.reports.gather import RESULT_WORDS, VERDICT_WORDS
from onshi.reports.matrix import untested_cells
from onshi.reports.run import Run

__all__ = ["COLUMNS", "csv", "write_csv"]

COLUMNS = (
    "トラブルID", "トラブル", "来院", "件数", "結果", "項目", "規則", "規則名", "水準", "判定",
    "期待", "実際", "理由", "出典", "猶予の期限", "備考", "再現",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula: a product's text must not be run."""


def write_csv(path: Path, run: Run, rows: Iterable[Row]) -> None:
    """Write the file. Raises :class:`OnshiError` when it cannot be written."""
    write_file(path, csv(run, rows).encode("utf-8-sig"), "the CSV file")


def csv(run: Run, rows: Iterable[Row]) -> str:
    """The file as text, without its BOM: a heading, then each verdict of each row.

    A row without verdicts has one line. What was not tested follows, with the reason. A text that
    a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    table = writer.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    done = set()
    for row in rows:
        done.add(row.trouble)
        findings: list[Finding | None] = [*row.findings] or [None]
        for finding in findings:
            table.writerow(_safe(_line(run, row, finding)))
    for cell in untested_cells(run, done):
        blank = [""] * len(COLUMNS)
        blank[0], blank[1], blank[4], blank[15] = cell.id, cell.title, cell.word, cell.note
        table.writerow(_safe(blank))
    return out.getvalue()


def _line(run: Run, row: Row, finding: Finding | None) -> list[str]:
    labels = [
        c.label for p in run.surveys for c in p.category if c.has(row.trouble, row.categories)
    ]
    head = [row.trouble, row.title, row.name, str(row.count), RESULT_WORDS[row.result]]
    head.append(" / ".join(dict.fromkeys(labels)))
    note = " / ".join(
        filter(None, [row.problem, f"{row.same_as} と同じ刺激" if row.same_as else ""])
    )
    if finding is None:
        return [*head, *[""] * 9, note, row.reproduce]
    rule = load_rules().get(finding.rule)
    until = [str(w.until) for w in row.waived if w.rule == finding.rule and w.until.year < 9999]
    return [
        *head,
        finding.rule,
        rule.title if rule else "",
        finding.level,
        VERDICT_WORDS[finding.verdict],
        finding.expected,
        finding.seen,
        finding.reason,
        " ".join(finding.source),
        " ".join(until),
        note,
        row.reproduce,
    ]


def _safe(line: Iterable[str]) -> Iterator[str]:
    for text in line:
        yield f"'{text}" if text.startswith(_FORMULA) else text

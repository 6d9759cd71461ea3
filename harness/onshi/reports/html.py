"""The HTML report: one self-contained page, in Japanese, for people who did not run it."""

from __future__ import annotations

from pathlib import Path

from onshi.outcomes import Row
from onshi.reports.files import write_file
from onshi.reports.run import Run
from onshi.reports.summary import category_rows, shares_note

__all__ = ["html", "write_html"]

_WORDS = {"passed": "適合", "failed": "違反", "waived": "猶予", "skipped": "観測なし"}
_VERDICTS = {"met": "適合", "broken": "違反", "not_observed": "観測なし"}


def write_html(path: Path, run: Run, rows: list[Row]) -> None:
    """Write the page. Raises :class:`OnshiError` when the file cannot be written."""
    write_file(path, html(run, rows), "the report")


def html(run: Run, rows: list[Row]) -> str:
    """The page as text."""
    import jinja2

    from onshi.catalogue.load import load_rules

    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True
    ).get_template("report.html.j2")
    return template.render(
        profiles=[(p, category_rows(p, rows, run.out_of_scope)) for p in run.surveys],
        note=shares_note,
        rows=rows,
        scope=run.out_of_scope,
        rules=load_rules(),
        words=_WORDS,
        verdicts=_VERDICTS,
        header=run.header,
    )

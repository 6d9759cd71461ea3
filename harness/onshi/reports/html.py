"""The HTML report: one self-contained page, in Japanese, for people who did not run it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from onshi.errors import OnshiError
from onshi.reports.terminal import category_rows

if TYPE_CHECKING:
    from onshi.pytest_suite import Session

__all__ = ["write_html"]

_WORDS = {"passed": "適合", "failed": "違反", "waived": "猶予", "skipped": "観測なし"}
_VERDICTS = {"met": "適合", "broken": "違反", "not_observed": "観測なし"}


def write_html(path: Path, session: Session, rows: list[dict[str, Any]]) -> None:
    """Write the page. Raises :class:`OnshiError` when the file cannot be written."""
    import jinja2

    from onshi.catalogue.load import load_rules

    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True
    ).get_template("report.html.j2")
    scope = session.out_of_scope()
    page = template.render(
        profiles=[(p, category_rows(p, rows, scope)) for p in session.profiles],
        rows=rows,
        scope=scope,
        rules=load_rules(),
        words=_WORDS,
        verdicts=_VERDICTS,
        header=session.header(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as e:
        raise OnshiError(f"the report cannot be written to {path}: {e.strerror}") from None

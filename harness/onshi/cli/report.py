"""``onshi report``: the reports of a run that was kept in a folder, whoever ran it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onshi.errors import OnshiError

if TYPE_CHECKING:
    from onshi.config import Waiver
    from onshi.outcomes import Row
    from onshi.reports.run import Run
    from onshi.reports.summary import Line

__all__ = ["report"]


def report(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR", help="folder of a pytest --onshi-journal or serve run"),
    ],
    html: Annotated[Path | None, typer.Option(help="write the HTML report to this file")] = None,
    junit: Annotated[Path | None, typer.Option(help="write a JUnit file")] = None,
    md: Annotated[Path | None, typer.Option(help="write Markdown for a pull request")] = None,
    json: Annotated[Path | None, typer.Option(help="write everything as JSON")] = None,
    csv: Annotated[Path | None, typer.Option(help="write a table for a spreadsheet")] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="write a report of the kind that its name says "
            "(.html, .md, .csv, .json, .xml; repeatable)",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="a former run: say what is new and what is fixed since"),
    ] = None,
    waivers: Annotated[
        Path | None, typer.Option(help="write a file of waivers that accepts these breaks")
    ] = None,
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="last day of the waivers")] = "",
    reason: Annotated[str, typer.Option(help="why the breaks are accepted for now")] = "",
    ticket: Annotated[str, typer.Option(help="where the breaks are tracked")] = "",
    force: Annotated[bool, typer.Option("--force", help="replace an existing waiver file")] = False,
) -> None:
    """Sum up kept runs and write reports of them. Several folders make one report.

    Exit code: 0 when nothing of level fail is broken (a waived break is accepted, as is one that
    --baseline knows and one that --waivers has just written down); 1 when something is, or too
    little was observed; 2 for bad input.
    """
    from onshi.cli.output import print_lines
    from onshi.outcomes import accept
    from onshi.reports.baseline import known_breaks
    from onshi.reports.journals import Journals
    from onshi.reports.run import merge, read_rows, read_run
    from onshi.reports.writers import check_kind, write_report

    named = [
        (path, kind)
        for kind, path in (
            (".html", html), (".xml", junit), (".md", md), (".json", json), (".csv", csv)
        )
        if path is not None
    ]  # fmt: skip
    named += [(path, check_kind(path)) for path in output or []]
    promise = _promise(waivers, until, reason, ticket)
    kept = [read_run(folder) for folder in folders]
    run, rows = merge(kept)
    journals = Journals(*folders)
    for folder, (_, own) in zip(folders, kept, strict=True):
        journals.place(folder, own, rows)
    before = read_rows(baseline) if baseline is not None else None
    if before is not None:
        known = known_breaks(before)
        rows = [accept(row, known) for row in rows]
    if waivers is not None and promise is not None:
        from onshi.config import load_waivers
        from onshi.reports.waivers import write_waivers

        write_waivers(waivers, rows, promise, force=force)
        written = load_waivers(waivers)
        rows = [accept(row, written) for row in rows]
    for path, kind in named:
        write_report(path, run, rows, kind=kind, before=before, journals=journals)
    print_lines(_lines(run, rows, before))
    if waivers is not None:
        print_lines(_written(waivers, rows))
    raise typer.Exit(1 if run.too_few(rows) or any(r.result == "failed" for r in rows) else 0)


def _promise(waivers: Path | None, until: str, reason: str, ticket: str) -> Waiver | None:
    """What the written waivers say. Raises :class:`OnshiError` for what is missing or past."""
    from onshi.clock import today
    from onshi.config import Waiver

    if waivers is None:
        if until or reason or ticket:
            raise OnshiError("--until, --reason and --ticket belong to --waivers FILE")
        return None
    if not until or not reason.strip():
        raise OnshiError(
            "--waivers needs --until YYYY-MM-DD and --reason TEXT: a known break is accepted "
            "until a day and for a reason"
        )
    try:
        last = date.fromisoformat(until)
    except ValueError:
        raise OnshiError(f"--until {until!r} is not a date: write it as 2027-03-31") from None
    if last < today():
        raise OnshiError(f"--until {until} is over already: such waivers would accept nothing")
    return Waiver(trouble="*", rule="", reason=reason, until=last, ticket=ticket)


def _lines(run: Run, rows: list[Row], before: list[Row] | None) -> Iterator[Line]:
    from onshi.reports.baseline import change_lines, since
    from onshi.reports.summary import summary

    yield from summary(run, rows)
    if before is not None:
        yield from change_lines(since(before, rows, run.troubles))


def _written(path: Path, rows: list[Row]) -> Iterator[Line]:
    from onshi.reports.summary import Line

    breaks = sum(len(row.broken) for row in rows)
    yield Line(f"{breaks} 件の違反を {path} に猶予として書きました")
    if left := [row.trouble for row in rows if row.result == "failed"]:
        yield Line(
            f"規則の違反ではないので猶予にできないもの: {', '.join(left)}",
            "red",
        )

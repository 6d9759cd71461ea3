"""``onshi replay``: a day of patients with a survey's mix of troubles, against your product."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onshi.errors import MissingPieceError, OnshiError

if TYPE_CHECKING:
    from collections.abc import Generator

    from onshi.config import Config
    from onshi.outcomes import Row
    from onshi.replay import Played, Tally
    from onshi.replay_jobs import Plan
    from onshi.reports.journals import Journals
    from onshi.reports.run import Run

__all__ = ["replay"]

_WORTH_IT = 200
"""From so many encounters on, starting further processes costs less than it saves."""

_RATE = (
    "share of encounters with a trouble, 0 to 1. No survey gives it: they count institutions that "
    "met a trouble at least once, not encounters. 0.10 is the word of one clinic (2 or 3 of 25 "
    "patients a day, 002:L375); try 0.02 and 0.05 as well"
)


def replay(
    profile: Annotated[str, typer.Option(help="the survey whose mix is replayed, by name or path")],
    encounters: Annotated[int, typer.Option(min=1, metavar="N", help="how many patients come")],
    rate: Annotated[float, typer.Option(min=0, max=1, metavar="R", help=_RATE)],
    seed: Annotated[int, typer.Option(help="the same seed gives the same day")] = 0,
    weight: Annotated[
        str,
        typer.Option(
            metavar="a|b",
            help="a: categories by how many institutions named them; b: as rates, -ln(1 - share)",
        ),
    ] = "a",
    integration: Annotated[
        str | None,
        typer.Option(
            metavar="MOD:CLASS",
            help="your adapter (default: [tool.onshi], else the reference clinic that is shipped)",
        ),
    ] = None,
    only: Annotated[
        int | None, typer.Option(min=0, metavar="K", help="play encounter K of that day alone")
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="write a report: .html, .md, .json, .csv, .xml"),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="keep the results and the journals of encounters that broke a rule"
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="J",
            help="processes that play it (default: one for each processor; the day is the same)",
        ),
    ] = 0,
    date: Annotated[
        str | None, typer.Option(metavar="DATE", help="business date (default: the survey's)")
    ] = None,
) -> None:
    """Let N patients come to the desk, new ones and ones who have been here before.

    A trouble that strikes the whole site (reader, PC, line, system) begins as an outage and meets
    every patient until it is over. Exit code: 0 when no rule of level fail is broken, 1 when one
    is, 2 for bad input, 130 when interrupted: what was done until then is reported.
    """
    from onshi.catalogue.encounters import Day
    from onshi.catalogue.load import load_profile
    from onshi.replay import Tally
    from onshi.replay_jobs import Plan, play_day
    from onshi.reports.journals import Journals
    from onshi.reports.writers import check_kind

    for path in report or []:
        check_kind(path)
    if weight not in ("a", "b"):
        raise OnshiError(f"--weight is a or b, not {weight!r}")
    survey = load_profile(profile)
    day = Day(survey, encounters, rate, seed, "b" if weight == "b" else "a")
    if only is not None and only >= encounters:
        raise OnshiError(f"--only {only}: encounters are numbered from 0 to {encounters - 1}")
    config, home, note = _settings(integration, date)
    print(f"onshi: {survey.title}\nonshi: {note}")
    again = (
        f"onshi replay --profile {profile} --encounters {encounters} --rate {rate:g} "
        f"--seed {seed} --weight {weight}"
        + (f" --integration {integration}" if integration else "")
    )
    plan = Plan(day, config, home, only)
    player = plan.make()
    tally = Tally(again, player.site.codes.hide if player.site.codes else None)
    total = 1 if only is not None else encounters
    jobs = _jobs(jobs, player.integration, total)
    journals = Journals()
    stopped = _play(play_day(plan, jobs), total, tally, journals, journal)
    run = _run(profile, plan, tally, player.integration)
    _conclude(run, tally, report or [], journals, journal, stopped)


def _jobs(asked: int, integration: type, encounters: int) -> int:
    """In how many processes: as many as processors, where the product can and it is worth it."""
    if not getattr(integration, "parallel", True) or encounters < _WORTH_IT:
        return 1
    return asked or os.cpu_count() or 1


def _settings(integration: str | None, date: str | None) -> tuple[Config, Path, str]:
    """The vendor's settings; without an adapter, those of the reference clinic."""
    import msgspec

    from onshi.clock import parse_date
    from onshi.config import find_config
    from onshi.data import data_root

    config, path = find_config(Path.cwd())
    home = path.parent if path else Path.cwd()
    note = f"integration {integration or config.integration}"
    if integration is None and config.integration is None:
        home = data_root() / "examples" / "reference"
        if not home.is_dir():
            raise MissingPieceError(
                "there is no adapter in [tool.onshi], and the reference clinic is not installed: "
                "give one with --integration MOD:CLASS"
            )
        config, _ = find_config(home)
        note = "no adapter in [tool.onshi]: the reference clinic plays (--integration MOD:CLASS)"
    changes: dict[str, Any] = {"integration": integration or config.integration}
    if date is not None:
        try:
            parse_date(date)
        except ValueError as e:
            raise OnshiError(f"--date: {e}") from None
        changes["date"] = date
    return msgspec.structs.replace(config, **changes), home, note


def _play(
    day: Generator[Played, None, None],
    total: int,
    tally: Tally,
    journals: Journals,
    journal: Path | None,
) -> bool:
    """Play the day under a progress bar; whether it was interrupted."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        transient=True,
    )  # fmt: skip
    try:
        with bar:
            task = bar.add_task("適合", total=total)
            bad = 0
            for played in day:
                row = tally.add(played)
                if row is not None and row.result == "failed":
                    bad += 1
                    _keep(played, row, journals, journal)
                bar.update(task, advance=1, description=f"違反 {bad}" if bad else "適合")
    except KeyboardInterrupt:
        return True
    finally:
        day.close()
    return False


def _keep(played: Played, row: Row, journals: Journals, journal: Path | None) -> None:
    """The journal of an encounter that broke something; for the picture, of the first of a kind."""
    from onshi.reports.files import write_file
    from onshi.reports.journals import pack

    assert played.outcome is not None
    if row.name == played.encounter.name:
        journals.keep(row, pack(played.outcome.order))
    if journal is not None:
        path = journal / f"encounter-{played.encounter.number:04}.jsonl"
        write_file(path, played.outcome.journal, "the journal")


def _run(profile: str, plan: Plan, tally: Tally, product: Any) -> Run:
    from onshi.catalogue.load import troubles_of
    from onshi.reports.about import about
    from onshi.reports.run import Run

    day, config = plan.day, plan.config
    return Run(
        profiles=[str(Path(profile).absolute()) if profile.endswith(".toml") else profile],
        seed=day.seed,
        date=config.date or day.profile.date.isoformat(),
        surfaces=sorted(product.surfaces),
        troubles=[t.id for t in troubles_of(day.profile)],
        scope=sorted(tally.left_out),
        rules=config.rules,
        limits=config.limits,
        encounters=tally.done,
        rate=day.rate,
        weight=day.weight,
        about=about(config, plan.home),
    )


def _conclude(
    run: Run,
    tally: Tally,
    reports: list[Path],
    journals: Journals,
    journal: Path | None,
    stopped: bool,
) -> None:
    from onshi.cli.output import print_lines
    from onshi.reports.run import write_run
    from onshi.reports.summary import summary
    from onshi.reports.writers import write_report

    rows = list(tally.rows.values())
    print_lines(summary(run, rows))
    print(f"onshi: {tally.done} encounters, journals {tally.digest[:16]}")
    for path in reports:
        write_report(path, run, rows, journals=journals)
        print(f"onshi: {path}")
    if journal is not None:
        write_run(journal, run, rows)
    if stopped:
        print("onshi: interrupted; the report is of the encounters until then")
        raise typer.Exit(130)
    raise typer.Exit(1 if any(r.result == "failed" for r in rows) else 0)

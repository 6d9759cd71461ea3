"""The command line: ``onshi COMMAND``. One file per command; this file only lists them.

Exit codes: 0 done · 1 nothing found, or the program under test broke a rule · 2 a mistake in what
was asked for (the message says what to do) · 130 interrupted. ``exec`` ends with its program's own
code.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from onshi.cli.demo import demo
from onshi.cli.doctor import doctor
from onshi.cli.exec import execute
from onshi.cli.explain import explain_id
from onshi.cli.find import find_text
from onshi.cli.init import init
from onshi.cli.profiles import list_profiles
from onshi.cli.replay import replay
from onshi.cli.report import report
from onshi.cli.schema import schema
from onshi.cli.serve import serve
from onshi.cli.timelines import list_timelines
from onshi.cli.troubles import list_troubles
from onshi.errors import OnshiError

__all__ = ["app", "main"]

app = typer.Typer(
    name="onshi",
    help="Replay the troubles that clinics report with オンライン資格確認 against your software.",
    epilog="Exit codes: 0 done; 1 nothing found, or a rule was broken; 2 a mistake in what was "
    "asked for; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"onshi {version('pytest-onshi')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="show the version")
    ] = False,
) -> None:
    """Options of ``onshi`` itself."""


# Commands, in the order in which --help shows them. A command's module imports only typer at its
# top; what it works with is imported when it runs, so that --help stays quick.
app.command("init")(init)
app.command("profiles")(list_profiles)
app.command("troubles")(list_troubles)
app.command("timelines")(list_timelines)
app.command("find")(find_text)
app.command("explain")(explain_id)
app.command("exec")(execute)
app.command("serve")(serve)
app.command("replay")(replay)
app.command("report")(report)
app.command("schema")(schema)
app.command("demo")(demo)
app.command("doctor")(doctor)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code. The console script ``onshi``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(None if argv is None else list(argv), prog_name="onshi")
    except OnshiError as e:
        print(f"onshi: {e}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0)

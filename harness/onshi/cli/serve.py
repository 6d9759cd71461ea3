"""``onshi serve``: desks as a process, for programs in any language."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from onshi.cli.exec import parse_fault, with_encoding
from onshi.errors import MissingPieceError, OnshiError

if TYPE_CHECKING:
    from onshi.config import Config
    from onshi.serve.start import Running

__all__ = ["serve"]


def serve(
    command: Annotated[
        list[str] | None,
        typer.Argument(help="a driver to run, after --; the process ends with it"),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", help="survey to go through (repeatable)")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="smoke", help="smoke: one trouble per category")
    ] = None,
    trouble: Annotated[
        list[str] | None, typer.Option("--trouble", help="bring this about at desk 0 (repeatable)")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="NAME or NAME:setting=value,nth=2 at desk 0 (repeatable)"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="seed of patients and faults")] = None,
    date: Annotated[str | None, typer.Option(help="business date, YYYY-MM-DD or now")] = None,
    folder: Annotated[
        str | None, typer.Option(help="desk 0's folder for req/, res/ and face/; may be a share")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="of the exchange files: utf-8 or cp932")
    ] = None,
    webapi_port: Annotated[
        int | None, typer.Option(help="desk 0's login on PORT, search on PORT+1")
    ] = None,
    named_port: Annotated[
        int | None, typer.Option(help="port for hosts entries of the production names, as 443")
    ] = None,
    proxy_port: Annotated[int, typer.Option(help="port of the CONNECT proxy")] = 0,
    control_port: Annotated[int, typer.Option(help="port of the control API")] = 0,
    listen: Annotated[
        str, typer.Option(help="address for other machines; then with client certificates")
    ] = "",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="with --listen: a name by which others call us (repeatable)"),
    ] = None,
    vpcd: Annotated[
        str | None, typer.Option(help="HOST[:PORT] of a vpcd driver to hold the card to")
    ] = None,
    reader_name: Annotated[str | None, typer.Option(help="PC/SC name of the reader")] = None,
    time_scale: Annotated[float | None, typer.Option(help="shorten delays: 0.1 is a tenth")] = None,
    deadline: Annotated[float | None, typer.Option(help="longest seconds a fault may hold")] = None,
    journal: Annotated[
        str | None, typer.Option(help="keep journals and verdicts in this folder")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one line, for programs")] = False,
) -> None:
    """Serve desks and the control API until SIGTERM or Ctrl-C, or until COMMAND ends.

    Prints every address when it is ready; with --json as one line, an object with the names of
    environment variables. The token is ONSHI_CONTROL_TOKEN of the environment, else a new one. A
    COMMAND is run with all of it in its environment, and the verdicts are summed up at its end.

    Exit code: 0 stopped; 2 the request is wrong (a port in use, a folder that cannot be written,
    an unknown name). With a COMMAND: its own code if that is not 0 (127 when it does not exist),
    else 1 when a rule of level fail was broken.
    """
    _check_extra()
    from onshi.clinic import site_notes
    from onshi.config import find_config
    from onshi.doors.vpcd import parse_address
    from onshi.serve.start import Options, start

    found, path = find_config(Path.cwd())
    found = msgspec.structs.replace(found, clinic=with_encoding(found.clinic, encoding))
    given = {
        "profile": profile, "only": only, "seed": seed, "date": date, "folder": folder,
        "webapi_port": webapi_port, "reader_name": reader_name, "time_scale": time_scale,
        "deadline": deadline, "journal": journal,
    }  # fmt: skip
    options = Options(
        troubles=tuple(trouble or ()),
        faults=tuple(parse_fault(one) for one in fault or ()),
        listen=listen,
        names=tuple(name or ()),
        control_port=control_port,
        named_port=named_port,
        proxy_port=proxy_port,
        vpcd=parse_address(vpcd) if vpcd else None,
    )
    home = path.parent if path is not None else Path.cwd()
    running = start(_overridden(found, given), home, options)
    for note in site_notes(found, running.hub.house.site):
        print(note, file=sys.stderr, flush=True)
    if command:
        raise typer.Exit(_drive(running, command))
    try:
        running.server.run(running.hub, lambda: _say(running.env(), as_json))
    finally:
        running.close()


def _drive(running: Running, command: list[str]) -> int:
    """Serve for as long as the command runs, then sum up."""
    from onshi.cli.child import Child
    from onshi.cli.output import print_lines
    from onshi.reports.summary import summary
    from onshi.runtimes import runtime_env

    env = running.env()
    child = Child(command, {**os.environ, **runtime_env(env), **env}, who="onshi serve")

    def ready() -> None:
        child.start(running.server.stop)

    try:
        running.server.run(running.hub, ready)
    finally:
        code = child.end()
        running.close()
    ledger = running.hub.ledger
    if rows := ledger.rows():
        print_lines(summary(ledger.run(), rows))
    return code or int(ledger.red)


def _overridden(config: Config, given: dict[str, Any]) -> Config:
    try:
        return msgspec.structs.replace(config, **{k: v for k, v in given.items() if v is not None})
    except ValueError as e:
        raise OnshiError(f"option --{e}") from None


def _check_extra() -> None:
    missing = [m for m in ("starlette", "uvicorn") if importlib.util.find_spec(m) is None]
    if missing:
        raise MissingPieceError(
            f'onshi serve needs {" and ".join(missing)}: pip install "pytest-onshi[serve]" '
            "(pytest and onshi exec work without)"
        )


def _say(env: dict[str, str], as_json: bool) -> None:
    """The line that says: ready. A reader that waits for it must not wait for a buffer."""
    if as_json:
        print(json.dumps(env), flush=True)
        return
    for name, value in env.items():
        print(f"{name}={value}")
    print("ready: Ctrl-C ends it", flush=True)

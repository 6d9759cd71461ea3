"""``onshi exec``: run any program once at a desk of its own."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from onshi.cli.child import run
from onshi.errors import OnshiError
from onshi.runtimes import java_card_env, runtime_env

__all__ = ["execute", "parse_fault"]

_PATIENCE = 1.5
"""Seconds for a vpcd driver to take the card, before the program starts without it."""


def execute(
    command: Annotated[list[str], typer.Argument(help="the program and its arguments, after --")],
    trouble: Annotated[
        list[str] | None, typer.Option("--trouble", help="bring this trouble about (repeatable)")
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="NAME or NAME:setting=value,nth=2,match=VERIFY (repeatable)"),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="take the date from this profile")] = None,
    seed: Annotated[int, typer.Option(help="seed of the patient and the faults")] = 0,
    date: Annotated[str, typer.Option(help="business date, YYYY-MM-DD or now")] = "",
    folder: Annotated[Path | None, typer.Option(help="folder for req/, res/ and face/")] = None,
    webapi_port: Annotated[int, typer.Option(help="login on PORT, search on PORT+1")] = 0,
    named_port: Annotated[
        int | None,
        typer.Option(help="HTTPS on PORT, service by server name: for a hosts entry, then 443"),
    ] = None,
    proxy: Annotated[
        bool,
        typer.Option(
            "--proxy/--no-proxy",
            help="tell curl, Python, Node and Java to reach the production host names here",
        ),
    ] = True,
    reader_name: Annotated[str | None, typer.Option(help="PC/SC name of the reader")] = None,
    time_scale: Annotated[float, typer.Option(help="shorten delays: 0.1 is a tenth")] = 1.0,
    deadline: Annotated[float, typer.Option(help="longest seconds a fault may hold")] = 90.0,
    journal: Annotated[Path | None, typer.Option(help="write the journal to this folder")] = None,
    face: Annotated[bool, typer.Option("--face", help="drop a face file at the start")] = False,
    vpcd: Annotated[
        str, typer.Option(help="HOST[:PORT] of a vpcd driver: the card is in its reader, too")
    ] = "",
) -> None:
    """Run a program with a card on its reader and an eligibility system to ask.

    Exit code: the program's own; 128 + n when signal n ended it; 127 when it does not exist;
    2 when the request is wrong.
    """
    from onshi.desk import Desk
    from onshi.doors.vpcd import parse_address
    from onshi.endpoints import Endpoints

    endpoints = Endpoints(
        folder=folder.absolute() if folder else None,
        webapi_port=webapi_port,
        named_port=named_port,
        vpcd=parse_address(vpcd) if vpcd else None,
    )
    try:
        with Desk(
            profile=profile,
            seed=seed,
            date=date or (None if profile else "now"),
            doors=("pcsc", "webapi", "folder", "face", *(("vpcd",) if vpcd else ())),
            time="real",
            time_scale=time_scale,
            deadline=deadline,
            reader_name=reader_name,
            endpoints=endpoints,
        ) as desk:
            for one in trouble or ():
                desk.apply(one)
            for one in fault or ():
                name, when, settings = parse_fault(one)
                desk.inject(name, when, **settings)
            if face:
                desk.drop_face_file()
            if vpcd and not endpoints.vpcd.wait(_PATIENCE) and endpoints.vpcd.trouble:
                print(f"onshi exec: {endpoints.vpcd.trouble}", file=sys.stderr)
            env = desk.env()
            more = runtime_env(env) if proxy else java_card_env()
            code = run(command, {**os.environ, **more, **env}, who="onshi exec")
            if journal is not None:
                desk.journal.write(journal, "exec")
    finally:
        endpoints.close()
    raise typer.Exit(code)


def parse_fault(text: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """``card.pull:flavour=raw,nth=3`` as name, schedule and settings.

    A key that the fault has is a setting; otherwise it belongs to the schedule. Raises
    :class:`OnshiError`.
    """
    from onshi.faults import find_fault
    from onshi.schedule import Schedule

    name, _, rest = text.partition(":")
    known = {f.encode_name for f in msgspec.structs.fields(find_fault(name))}
    schedule = {f.encode_name for f in msgspec.structs.fields(Schedule)}
    when: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise OnshiError(f"--fault {text!r}: {part!r} is not key=value")
        target = when if key in schedule and key not in known else settings
        target[key] = _value(value)
    return name, when, settings


def _value(text: str) -> Any:
    """A TOML value where it is one (3, 0.5, true), else the text as it stands."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text

"""``onshi exec``: run any program once at a desk of its own."""

from __future__ import annotations

import importlib.util
import os
import sys
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from onshi.cli.child import run
from onshi.errors import OnshiError
from onshi.runtimes import java_card_env, runtime_env

if TYPE_CHECKING:
    from onshi.config import Clinic
    from onshi.doors.vpcd import VpcdDoor
    from onshi.serve.start import Running

__all__ = ["execute", "parse_fault", "with_encoding"]

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
    encoding: Annotated[
        str | None, typer.Option(help="of the exchange files: utf-8 or cp932")
    ] = None,
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
    trace: Annotated[
        bool, typer.Option("--trace", help="tell on standard error what program and card say")
    ] = False,
    trace_file: Annotated[Path | None, typer.Option(help="--trace, into this file")] = None,
    trace_hex: Annotated[
        bool, typer.Option("--trace-hex", help="--trace, with the bytes; PINs masked")
    ] = False,
    record: Annotated[
        Path | None, typer.Option(help="keep what the card does in this file, for --card")
    ] = None,
    card: Annotated[
        Path | None, typer.Option(help="a card recorded with --record, on the reader")
    ] = None,
) -> None:
    """Run a program with a card on its reader and an eligibility system to ask.

    Exit code: the program's own; 128 + n when signal n ended it; 127 when it does not exist;
    2 when the request is wrong.
    """
    from onshi.cli.listening import Listening
    from onshi.config import Config, find_config
    from onshi.doors.vpcd import parse_address
    from onshi.recordings import read_card
    from onshi.serve.start import Options, start

    found, path = find_config(Path.cwd())
    config = Config(
        clinic=with_encoding(found.clinic, encoding),
        profile=[profile] if profile else [],
        seed=seed,
        date=date or None,
        folder=str(folder) if folder else None,
        webapi_port=webapi_port,
        reader_name=reader_name,
        time_scale=time_scale,
        deadline=deadline,
    )
    options = Options(
        troubles=tuple(trouble or ()),
        faults=tuple(parse_fault(one) for one in fault or ()),
        named_port=named_port,
        vpcd=parse_address(vpcd) if vpcd else None,
        socket_too=True,
        card=read_card(card) if card else None,
    )
    home = path.parent if path is not None else Path.cwd()
    with (
        Listening(lines=trace, file=trace_file, with_bytes=trace_hex, record=record) as told,
        closing(start(config, home, replace(options, trace=told.trace))) as running,
    ):
        if face:
            running.first.desk.drop_face_file()
        if vpcd:
            _wait_for_driver(running.first.desk.endpoints.vpcd)
        code = _run(running, command, proxy=proxy)
        if journal is not None:
            running.first.journal.write(journal, "exec")
    raise typer.Exit(code)


def with_encoding(clinic: Clinic, encoding: str | None) -> Clinic:
    """The clinic of the settings, with the encoding of the command line if there is one.

    Raises :class:`OnshiError` for another one than there is.
    """
    try:
        return msgspec.structs.replace(clinic, encoding=encoding) if encoding else clinic
    except ValueError as e:
        raise OnshiError(f"option --{e}") from None


def _run(running: Running, command: list[str], *, proxy: bool) -> int:
    """The program's code. The control API is there, too, where it can be had."""
    env = running.first.env
    if _can_serve():
        env = running.env()
        running.server.run_when_called(running.hub)
    more = runtime_env(env) if proxy else java_card_env()
    return run(command, {**os.environ, **more, **env}, who="onshi exec")


def _can_serve() -> bool:
    """Whether the control API can be had; a program run once seldom wants it."""
    return all(importlib.util.find_spec(m) is not None for m in ("starlette", "uvicorn"))


def _wait_for_driver(door: VpcdDoor) -> None:
    if not door.wait(_PATIENCE) and door.trouble:
        print(f"onshi exec: {door.trouble}", file=sys.stderr)


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
    for part in filter(None, _parts(rest)):
        key, equals, value = part.partition("=")
        if not equals:
            raise OnshiError(f"--fault {text!r}: {part!r} is not key=value")
        target = when if key in schedule and key not in known else settings
        target[key] = _value(value)
    return name, when, settings


def _parts(text: str) -> list[str]:
    """What stands between the commas, but for those inside brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _value(text: str) -> Any:
    """A TOML value where it is one (3, 0.5, true), else the text as it stands."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text

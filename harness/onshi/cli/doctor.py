"""``onshi doctor``: what this machine can run, and what to do about the rest."""

from __future__ import annotations

import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from onshi.platforms import libpcsclite_found, pyscard_found, unix_sockets

__all__ = ["Check", "doctor", "examine"]


@dataclass(frozen=True)
class Check:
    """One finding: ``ok``, what it is for, and what to do when it is missing."""

    name: str
    ok: bool
    found: str
    needed_for: str
    advice: str = ""
    core: bool = False


def examine() -> list[Check]:
    """Look at Python, PC/SC, ports, programs and libraries. Changes nothing."""
    return [
        Check(
            "python",
            sys.version_info >= (3, 11),
            platform.python_version(),
            "everything",
            "install Python 3.11 or newer",
            core=True,
        ),
        _libpcsclite(),
        _module("smartcard", "pyscard", "tests in Python that use PC/SC", "pcsc"),
        _socket(),
        _patch(),
        _ports(),
        _notifications(),
        _module("starlette", "starlette", "onshi serve: products in any language", "serve"),
        _module("uvicorn", "uvicorn", "onshi serve: products in any language", "serve"),
        _module("time_machine", "time-machine", "moving the clock of Python code", "time"),
        _program("opensc-tool", "opensc", "OpenSC as a client"),
        _program("java", "default-jdk-headless", "Java as a client"),
        _program("node", "nodejs", "Node as a client"),
        _program("curl", "curl", "the shell examples"),
        _program("openssl", "openssl", "looking at certificates"),
        _program("pcscd", "pcscd", "the vpcd door and the bench"),
    ]


def _libpcsclite() -> Check:
    found = libpcsclite_found()
    return Check(
        "libpcsclite",
        found,
        "libpcsclite.so.1" if found else "-",
        "surface pcsc in any language (webapi, folder and face work without it; so does pcsc for "
        "Python code in the desk's own process)",
        "apt-get install libpcsclite1",
    )


def _module(module: str, package: str, purpose: str, extra: str) -> Check:
    found = importlib.util.find_spec(module) is not None
    advice = f'pip install "pytest-onshi[{extra}]"'
    if package == "pyscard":
        advice += (
            " (on Linux it is built: apt-get install gcc libc6-dev python3-dev libpcsclite-dev)"
        )
    return Check(package, found, "installed" if found else "-", purpose, advice)


def _program(name: str, package: str, purpose: str) -> Check:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    return Check(name, path is not None, path or "-", purpose, f"apt-get install {package}")


_LOOK = "from smartcard.System import readers; print(len(readers()))"


def _socket() -> Check:
    """A child process must see one reader through the pcscd socket door."""
    from onshi.desk import Desk

    purpose = "surface pcsc through our socket"
    if not unix_sockets():
        return Check("pcsc socket", False, "no Unix sockets here", purpose, "use the door pyscard")
    if not pyscard_found():
        return Check("pcsc socket", False, "not tried: no pyscard", purpose)
    with Desk(date="2025-10-20", in_process=False) as desk:
        done = subprocess.run(
            [sys.executable, "-c", _LOOK], env=desk.env(), capture_output=True, text=True
        )
    seen = done.stdout.strip()
    return Check("pcsc socket", seen == "1", f"readers seen: {seen or '-'}", purpose)


_LOOK_INSIDE = (
    "import onshi; from smartcard.System import readers\n"
    "with onshi.Desk(date='2025-10-20', doors=('pyscard',)): print(' seen', len(readers()))"
)


def _patch() -> Check:
    """Python in the process of the desk must see one reader through pyscard's own functions."""
    from onshi.endpoints import process_endpoints

    purpose = "surface pcsc for Python code in the desk's own process (door pyscard)"
    if not pyscard_found():
        return Check("pyscard patch", False, "not tried: no pyscard", purpose)
    done = subprocess.run([sys.executable, "-c", _LOOK_INSIDE], capture_output=True, text=True)
    seen = done.stdout.rpartition("seen")[2].strip()
    here = "it is the door pcsc here" if process_endpoints().by_patch else "pcsc is the socket here"
    return Check("pyscard patch", seen == "1", f"readers seen: {seen or '-'}; {here}", purpose)


def _ports() -> Check:
    from onshi.desk import Desk
    from onshi.errors import OnshiError

    try:
        with Desk(date="2025-10-20", doors=("webapi",), in_process=False) as desk:
            found, ok = f"{desk.webapi.url} {desk.webapi.search_url}", True
    except OnshiError as e:
        found, ok = str(e), False
    return Check("loopback ports", ok, found, "surface webapi", core=True)


def _notifications() -> Check:
    from onshi.doors.ears import why_deaf
    from onshi.workspace import workspace

    place = workspace()
    folder = place.folder("doctor")
    try:
        reason, advice = why_deaf(str(folder))
    finally:
        place.discard(folder)
    purpose = "surface folder: requests answered at once (without: polled, within 0.3 s)"
    return Check("notifications", not reason, reason or "inotify", purpose, advice)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """Say what this machine can run. Exit 1 when something essential is missing."""
    checks = examine()
    if as_json:
        print(json.dumps([asdict(c) for c in checks], ensure_ascii=False))
    else:
        for check in checks:
            print(f"{'ok     ' if check.ok else 'missing'}  {check.name:15} {check.found}")
            if not check.ok:
                print(f"{'':9}needed for: {check.needed_for}")
                if check.advice:
                    print(f"{'':9}do: {check.advice}")
    raise typer.Exit(1 if any(c.core and not c.ok for c in checks) else 0)

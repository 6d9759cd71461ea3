"""Programs with the production host names built in, and the machines on which they run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = Path(__file__).parent / "programs"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
IN_NAMESPACE = """
ip link set lo up
for address in $ADDRESSES; do ip address add "$address" dev lo; done
mount --bind "$HOSTS_FILE" /etc/hosts
exec "$@"
"""


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """How to start BuiltIn and LoginAndSearch, compiled once."""
    folder = tmp_path_factory.mktemp("classes")
    login_and_search = PROGRAMS.parents[1] / "webapi" / "programs" / "LoginAndSearch.java"
    sources = [str(PROGRAMS / "BuiltIn.java"), str(login_and_search)]
    subprocess.run(["javac", "-d", str(folder), *sources], check=True, timeout=60)
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", str(folder)]


@pytest.fixture(scope="session")
def built_in(java: list[str]) -> dict[str, list[str]]:
    """The programs, by runtime; each reads inquiry.json where it stands."""
    for program in ("curl", "node", "unshare", "ip"):
        assert shutil.which(program), f"{program} is part of the test set-up (make setup)"
    return {
        "curl": ["sh", str(PROGRAMS / "built_in.sh"), "inquiry.json"],
        "python": [sys.executable, str(PROGRAMS / "built_in.py"), "inquiry.json"],
        "node": ["node", str(PROGRAMS / "built_in.mjs"), "inquiry.json"],
        "java": [*java, "BuiltIn", "inquiry.json"],
    }


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Open a desk, run programs at it, give [code, stdout, stderr] of each and the journal.

    With ``hosts`` (lines for /etc/hosts) that happens on a machine of its own: a network and a
    mount namespace without any way out, with ``addresses`` beside loopback.
    """

    def run(
        programs: dict[str, list[str]],
        *,
        reach: str,
        hosts: str | None = None,
        addresses: str = "",
        env: dict[str, str] | None = None,
        names: tuple[str, ...] = (),
        **endpoints: Any,
    ) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("world")
        command = [sys.executable, str(PROGRAMS / "world.py")]
        extra = dict(env or {})
        if hosts is not None:
            (folder / "hosts").write_text(HOSTS + hosts)
            extra |= {"HOSTS_FILE": str(folder / "hosts"), "ADDRESSES": addresses}
            unshare = ["unshare", "-mn"] if os.geteuid() == 0 else ["unshare", "-Urmn"]
            command = [*unshare, "sh", "-ec", IN_NAMESPACE, "sh", *command]
        done = subprocess.run(
            command,
            input=json.dumps(
                {"endpoints": endpoints, "names": names, "reach": reach, "programs": programs}
            ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=folder,
            env={**os.environ, **extra},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run

"""`onshi serve` as a process of its own, for drivers in other languages."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
READY, STOPPED = 30.0, 20.0
"""Seconds that a process has to say that it is ready, and to end when it is told to."""

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Served:
    """A running ``onshi serve``.

    ``env`` is the line that it printed; ``journal`` the folder in which it keeps verdicts.
    """

    env: dict[str, str]
    journal: Path
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        """(status, content) of one call of the control API."""
        request = urllib.request.Request(
            self.env["ONSHI_CONTROL_URL"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token or self.env['ONSHI_CONTROL_TOKEN']}"},
        )
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as e:
            with e:
                return e.code, e.read()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The parsed answer of a call that has to succeed; None for an empty one."""
        status, content = self.ask(method, path, body)
        assert status < 300, content.decode()
        return json.loads(content) if content else None

    def results(self) -> dict[str, str]:
        """The verdict kept for each trouble: passed, failed, skipped, waived."""
        return {row["trouble"]: row["result"] for row in self.control("GET", "/results")["rows"]}

    def environ(self, **more: str) -> dict[str, str]:
        """The environment of a program under test or of its driver."""
        return {**os.environ, **self.env, **more}

    def run(
        self,
        *command: str,
        cwd: Path | None = None,
        timeout: float = 90,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program that reaches this desk; ``env`` goes on top of :meth:`environ`."""
        return subprocess.run(
            command,
            cwd=cwd,
            env=self.environ(**(env or {})),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@contextlib.contextmanager
def _serving(folder: Path, options: tuple[str, ...]) -> Iterator[Served]:
    """One process from its first line to its exit, which leaves nothing behind."""
    room = Path(tempfile.mkdtemp(prefix="ol", dir="/tmp"))
    journal, log = folder / "journal", folder / "serve.log"
    command = [sys.executable, "-m", "onshi.cli", "serve", "--profile=hodanren2025"]
    command += ["--json", "--time-scale=0.01", f"--journal={journal}", *options]
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "XDG_RUNTIME_DIR": str(room)},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    try:
        yield Served(json.loads(_first_line(process, log)), journal, process)
        assert process.poll() is None, f"it ended by itself: {log.read_text()}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPPED) == 0, log.read_text()
        assert log.read_text() == ""
        left = [str(path) for path in room.rglob("*")]
        assert not left, f"left behind: {left}"
    finally:
        process.kill()
        process.wait(STOPPED)
        assert process.stdout is not None
        process.stdout.close()
        shutil.rmtree(room, ignore_errors=True)


def _first_line(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        assert ready.select(READY), f"not ready in {READY} s: {log.read_text()}"
    line = process.stdout.readline()
    assert line, f"it ended: {log.read_text()}"
    return line


@pytest.fixture(scope="module")
def start_serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Start further processes, with further options; each is stopped at the module's end."""
    with contextlib.ExitStack() as stack:

        def start(*options: str) -> Served:
            return stack.enter_context(_serving(tmp_path_factory.mktemp("serve"), options))

        yield start


@pytest.fixture(scope="module")
def served(start_serve: Callable[..., Served]) -> Served:
    """One process for the module's tests: hodanren2025, a hundredth of every delay."""
    return start_serve()


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder ``examples/``."""
    return EXAMPLES

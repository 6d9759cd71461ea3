"""``onshi serve`` as a process for tests: start it, talk to it, end it and see what it leaves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onshi.catalogue.load import load_profile, troubles_of

ONSHI = (sys.executable, "-m", "onshi.cli")
IN_SURVEY = len(troubles_of(load_profile("hodanren2025")))
"""How many troubles a run of the survey has."""


@dataclass
class Reply:
    """What came back: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A process that serves. ``env`` is its JSON line."""

    process: subprocess.Popen[str]
    env: dict[str, str]
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.env["ONSHI_CONTROL_URL"]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Reply:
        """One request, whatever its status. ``body``: bytes as they are, else as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        bearer = {"Authorization": f"Bearer {token or self.env['ONSHI_CONTROL_TOKEN']}"}
        request = urllib.request.Request(
            self.url + path, data, {**bearer, **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as e:
            with e:
                return Reply(e.code, dict(e.headers), e.read())

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request that must succeed; its JSON."""
        reply = self.ask(method, path, body)
        assert reply.status < 300, reply.body.decode()
        return reply.json if reply.body else None

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=20)
        self.log += [out, err]
        return self.process.returncode


def start(
    *args: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    inside: tuple[str, ...] = (),
) -> Served:
    """Start it and wait for its line; ``inside`` is a command that becomes the one behind it."""
    process = subprocess.Popen(
        [*inside, *ONSHI, "serve", "--json", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.strip():
        _, err = process.communicate(timeout=20)
        raise AssertionError(f"onshi serve ended with {process.returncode}: {err}")
    return Served(process, json.loads(line))


Start = Callable[..., Served]


@contextlib.contextmanager
def starting() -> Iterator[Start]:
    """A way to start processes, of which none outlives the block."""
    begun: list[Served] = []

    def begin(*args: str, **more: Any) -> Served:
        begun.append(start(*args, **more))
        return begun[-1]

    try:
        yield begin
    finally:
        for served in begun:
            if served.process.poll() is None:
                served.stop(signal.SIGKILL)


@contextlib.contextmanager
def serving(
    *args: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """A process for the time of the block; it must end well."""
    served = start(*args, cwd=cwd, env=env)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            code = served.stop()
            assert code == 0, served.log
            assert served.log[-1] == "", served.log[-1]

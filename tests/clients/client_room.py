"""A desk whose card programs of their own use: run to the end, or watched line by line."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from onshi import Desk

PATIENCE = 20.0
"""Seconds that a line, or the end of a program, may take before the test fails."""


@dataclass
class Watched:
    """A running program: what it has said, and the way to wait for more."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    silent: bool = False
    _more: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip("\n"))
                self._more.notify_all()
        with self._more:
            self.silent = True
            self._more.notify_all()

    def wait_for(self, start: str, *, times: int = 1) -> str:
        """The line that begins so, the n-th one. Fails when it does not come in time, or cannot
        come any more.
        """

        assert self.came(start, times=times), f"no line {start!r} ({times}) in {self.lines}"
        return self._those(start)[times - 1]

    def came(self, start: str, *, times: int = 1, within: float = PATIENCE) -> bool:
        """Whether the n-th line that begins so comes in time."""
        with self._more:
            self._more.wait_for(lambda: len(self._those(start)) >= times or self.silent, within)
        return len(self._those(start)) >= times

    def _those(self, start: str) -> list[str]:
        return [line for line in self.lines if line.startswith(start)]


@dataclass
class Room:
    """A desk, and programs that reach it through their environment."""

    desk: Desk

    def env(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.desk.env(), "LC_ALL": "C.UTF-8", **more}

    def run(self, *command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            env=self.env(**options.pop("env", {})),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **options,
        )

    @contextlib.contextmanager
    def watch(self, *command: str, **env: str) -> Iterator[Watched]:
        """A program beside the test; killed at the end."""
        process = subprocess.Popen(
            command,
            env=self.env(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watched = Watched(process)
        reader = threading.Thread(target=watched.read, daemon=True)
        reader.start()
        with process:
            try:
                yield watched
            finally:
                process.kill()
                reader.join(PATIENCE)

"""Programs at a desk's socket, and what they print: clients that are not ours."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from onshi import Desk

__all__ = ["Call", "Client", "clients", "until"]

_LOOKS = 10


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.002)


class Call(NamedTuple):
    """One line of ``calls``: times in seconds, as ``time.monotonic()`` counts them."""

    name: str
    code: int
    begin: float
    end: float

    @classmethod
    def of(cls, line: str) -> Call:
        name, code, begin, end = line.split()
        return cls(name, int(code, 16), int(begin) / 1e9, int(end) / 1e9)

    @property
    def seconds(self) -> float:
        return self.end - self.begin


class Client:
    """A program running at a desk."""

    def __init__(self, desk: Desk, *command: str) -> None:
        self.process = subprocess.Popen(
            command,
            env={**os.environ, **desk.env()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._printed = b""

    @property
    def seen(self) -> list[str]:
        """The lines read so far."""
        return self._printed.decode().splitlines()

    def wait_for(self, line: str, seconds: float = 20.0) -> None:
        """Read until it prints this line."""
        assert self.process.stdout is not None
        end = time.monotonic() + seconds
        while line not in self.seen:
            left = max(0.0, end - time.monotonic())
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            assert ready, f"no {line!r} within {seconds} s, only {self.seen}"
            found = os.read(self.process.stdout.fileno(), 65536)
            assert found, f"ended without {line!r}: {self.seen}"
            self._printed += found

    def go_on(self) -> None:
        """Send the line that it waits for."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def wait_until_asleep(self) -> None:
        """Until the process waits for something, and not just for a moment."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        looks: list[str] = []

        def asleep() -> bool:
            looks.append(stat.read_text().rpartition(")")[2].split()[0])
            return looks[-_LOOKS:] == ["S"] * _LOOKS

        until(asleep)

    def finish(self, seconds: float = 20.0) -> list[str]:
        """Every line it printed, after its end."""
        out, _ = self.process.communicate(timeout=seconds)
        self._printed += out
        return self.seen


@contextlib.contextmanager
def clients(*made: Client) -> Iterator[tuple[Client, ...]]:
    """Programs that do not outlive the test."""
    try:
        yield made
    finally:
        for one in made:
            one.process.kill()
            one.process.wait(10)
            for stream in (one.process.stdin, one.process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()

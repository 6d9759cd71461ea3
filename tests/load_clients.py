"""Programs in C and Java at a desk's socket, and what they print: clients that are not ours."""

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
from onshi.platforms import java_option

__all__ = ["PROGRAMS", "Call", "Client", "built_c", "built_java", "clients", "pin", "until"]

PROGRAMS = Path(__file__).parent / "load" / "programs"
_LOOKS = 10


def built_c(name: str, folder: Path) -> str:
    """Compile a C program of ``PROGRAMS`` into the folder, once; gives its path."""
    binary = folder / name
    if not binary.exists():
        command = ["gcc", "-I/usr/include/PCSC", "-o", str(binary), str(PROGRAMS / f"{name}.c")]
        subprocess.run([*command, "-lpcsclite", "-lpthread"], check=True, timeout=60)
    return str(binary)


def built_java(name: str, folder: Path) -> list[str]:
    """Compile a Java program of ``PROGRAMS`` into the folder; gives the command that runs it."""
    source = str(PROGRAMS / f"{name}.java")
    subprocess.run(["javac", "-d", str(folder), source], check=True, timeout=120)
    return ["java", java_option() or "", "-cp", str(folder), name]


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.002)


def pin(processors: set[int], *pids: int) -> None:
    """Let every thread of these processes run on these processors only."""
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), processors)


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
        self._read_until(lambda: line in self.seen, repr(line), seconds)

    def _read_until(self, come: Callable[[], bool], what: str, seconds: float) -> None:
        assert self.process.stdout is not None
        end = time.monotonic() + seconds
        while not (come() and self._printed.endswith(b"\n")):
            left = max(0.0, end - time.monotonic())
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            assert ready, f"no {what} within {seconds} s, only {self.seen}"
            found = os.read(self.process.stdout.fileno(), 65536)
            assert found, f"ended without {what}: {self.seen}"
            self._printed += found

    def go_on(self, line: str = "") -> None:
        """Send the line that it waits for."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line: str, seconds: float = 20.0) -> str:
        """Send a line; gives the next one that it prints."""
        known = len(self.seen)
        self.go_on(line)
        self._read_until(lambda: len(self.seen) > known, f"answer to {line!r}", seconds)
        return self.seen[known]

    @contextlib.contextmanager
    def beside_this_process(self) -> Iterator[None]:
        """This process and the program share one processor meanwhile."""
        before = os.sched_getaffinity(0)
        pin({min(before)}, os.getpid(), self.process.pid)
        try:
            yield
        finally:
            pin(before, os.getpid(), self.process.pid)

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

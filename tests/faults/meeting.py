"""Programs that are not ours meet a fault, and what they saw comes back as data.

One set of addresses and one process of each program serve a whole module; a process whose
connection a fault has broken is ended and made anew when it is next asked.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from onshi import Desk
from onshi.endpoints import Endpoints

__all__ = [
    "CERTIFICATE",
    "JPKI",
    "PATIENCE",
    "PIN",
    "QUERY",
    "READ",
    "RIGHT",
    "WRONG",
    "Company",
    "Meeting",
    "Program",
    "Ran",
    "Saw",
    "company_of",
    "compile_java",
]

JPKI = "00A4040C0AD392F000260100000001"
"""SELECT of the 公的個人認証 application."""
CERTIFICATE = "00A4020C02000A"
"""SELECT of the 利用者証明用 certificate."""
READ = "00B0000004"
PIN = "00A4020C020018"
"""SELECT of the 利用者証明用 PIN."""
QUERY, RIGHT, WRONG = "00200080", "002000800431323334", "002000800439393939"
"""VERIFY: how many tries are left, the right PIN, a wrong one."""

PATIENCE = 15.0
"""Seconds that one step of a program may take before the test fails."""

PROGRAMS = Path(__file__).parent / "programs"
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def compile_java(into: Path) -> Path:
    """``Steps.java``, every warning an error."""
    for needed in ("javac", "java"):
        assert shutil.which(needed), f"{needed} is part of the test set-up (make setup)"
    command = ["javac", "-Xlint:all", "-Werror", "-d", str(into), str(PROGRAMS / "Steps.java")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return into


class Saw(str):
    """What came of one step: ``ok ...`` with its data, or the error; ``ms`` it took."""

    ms: int

    def __new__(cls, text: str, ms: int) -> Saw:
        saw = super().__new__(cls, text)
        saw.ms = ms
        return saw


@dataclass(frozen=True)
class Ran:
    """One command-line program, from start to end."""

    rc: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Program:
    """A process that is given steps and answers each with a line.

    ``name`` is for messages; ``command`` and ``env`` are as for :class:`subprocess.Popen`.
    """

    def __init__(self, name: str, command: list[str], env: dict[str, str]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def begin(self, step: str) -> None:
        """Give a step without waiting for what comes of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(step + "\n")
        self._process.stdin.flush()

    def came(self, step: str, timeout: float = PATIENCE) -> Saw:
        """What came of the step begun last; fails the test after ``timeout`` seconds."""
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            self.end()
            pytest.fail(f"{self.name} was still in the step {step!r} after {timeout} s")
        if line is None:
            err = self._process.stderr.read() if self._process.stderr else ""
            pytest.fail(f"{self.name} ended in the step {step!r}: {err}")
        ms, _, text = line.partition("\t")
        return Saw(text, int(ms))

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes of the step under way for so long."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return True
        self._lines.put(line)
        return False

    def end(self) -> None:
        """Kill it. Idempotent."""
        self._process.kill()
        self._process.wait(10)
        self._reader.join(10)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


@dataclass
class Company:
    """The programs of one module and the addresses at which they meet one desk after another."""

    classes: Path
    endpoints: Endpoints = field(default_factory=Endpoints)
    _running: dict[str, Program] = field(default_factory=dict)

    def program(self, name: str) -> Program:
        """``java``, ``raw`` or ``pyscard``: the one that is running, or a new one."""
        if name not in self._running:
            self._running[name] = Program(name, self._command(name), self.endpoints.pcsc.env())
        return self._running[name]

    def _command(self, name: str) -> list[str]:
        if name == "java":
            modules = ("--add-modules", "java.smartcardio")
            return ["java", *_QUICK, *modules, "-cp", str(self.classes), "Steps"]
        how = {"raw": "raw", "pyscard": "high"}[name]
        return [sys.executable, str(PROGRAMS / "scard_steps.py"), how]

    def dismiss(self, name: str) -> None:
        """End a program; the next step finds a new one."""
        program = self._running.pop(name, None)
        if program is not None:
            program.end()

    def close(self) -> None:
        """End every program; the addresses go, too."""
        for name in list(self._running):
            self.dismiss(name)
        self.endpoints.close()


class Meeting:
    """A desk and the programs at it.

    ``settings`` are those of :class:`onshi.Desk`: virtual time unless told otherwise.
    """

    def __init__(self, company: Company, **settings: Any) -> None:
        self.company = company
        self._tick = threading.Event()
        self.desk = Desk(
            endpoints=company.endpoints,
            keep_contexts=True,
            **{"date": "2025-10-20", "doors": ("pcsc",), **settings},
        )

    def inject(self, fault: str, when: dict[str, Any] | None = None, **settings: Any) -> Any:
        """As :meth:`onshi.Desk.inject`."""
        return self.desk.inject(fault, when, **settings)

    def steps(self, program: str, *steps: str, timeout: float = PATIENCE) -> list[Saw]:
        """What came of each step; every step has ``timeout`` seconds."""
        running = self.company.program(program)
        seen = []
        try:
            for step in steps:
                running.begin(step)
                seen.append(running.came(step, timeout))
        except BaseException:
            self.company.dismiss(program)
            raise
        return seen

    def java(self, *steps: str, timeout: float = PATIENCE) -> list[Saw]:
        """javax.smartcardio: ``connect``, ``apdu HEX``, ``begin``, ``end``, ``present``,
        ``await present|absent``, ``readers``, ``disconnect [reset]``."""
        return self.steps("java", *steps, timeout=timeout)

    def raw(self, *steps: str, timeout: float = PATIENCE) -> list[Saw]:
        """pyscard's low level: ``connect [exclusive|direct]``, ``apdu HEX``, ``readall BYTES``,
        ``atr``, ``state``, ``reconnect leave|reset|unpower``, ``begin``, ``end``, ``readers``,
        ``disconnect``."""
        return self.steps("raw", *steps, timeout=timeout)

    def pyscard(self, *steps: str, timeout: float = PATIENCE) -> list[Saw]:
        """pyscard's classes: ``connect``, ``apdu HEX``, ``readers``, ``disconnect``."""
        return self.steps("pyscard", *steps, timeout=timeout)

    def run(self, *command: str, timeout: float = PATIENCE) -> Ran:
        """A program of the command line; fails the test when it takes longer than ``timeout``."""
        assert shutil.which(command[0]), f"{command[0]} is part of the test set-up (make setup)"
        try:
            done = subprocess.run(
                command,
                env={**os.environ, **self.desk.env()},
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as e:
            pytest.fail(f"{' '.join(command)} was still running after {timeout} s: {e.stderr!r}")
        return Ran(done.returncode, done.stdout, done.stderr)

    def opensc(self, *args: str, timeout: float = PATIENCE) -> Ran:
        """``opensc-tool`` with the JPKI driver; for other tools use :meth:`run`."""
        return self.run("opensc-tool", *args, timeout=timeout)

    def jpki(self, *apdus: str) -> Ran:
        """``opensc-tool`` that sends these APDUs after its own selection of the card."""
        sent = [arg for apdu in apdus for arg in ("-s", apdu)]
        return self.opensc("-c", "jpki", *sent)

    def struck(self, fault: str) -> int:
        """How often a fault struck so far."""
        return sum(e["name"] == fault for e in self.desk.journal.events("fault", "fault"))

    def await_strike(self, fault: str) -> None:
        """Until a fault strikes, in a step that was only begun; fails the test if it does not."""
        until = time.monotonic() + PATIENCE
        while not self.struck(fault):
            if time.monotonic() > until:
                pytest.fail(f"{fault} did not strike within {PATIENCE} s")
            self._tick.wait(0.002)

    def __enter__(self) -> Meeting:
        return self

    def __exit__(self, *exc: object) -> None:
        self.desk.close()


@contextlib.contextmanager
def company_of(classes: Path) -> Iterator[Company]:
    """The programs of a module, gone at its end."""
    company = Company(classes)
    try:
        yield company
    finally:
        company.close()

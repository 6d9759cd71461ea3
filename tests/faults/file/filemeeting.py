"""Clients of the exchange folder meet a desk's file faults: the reference clinic, and programs.

One folder and one ``inotifywait`` serve a whole module, one desk after another; no name is used
twice.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from watching import Watcher

import onshi
from onshi.endpoints import Endpoints
from onshi.reception import chart_of, inquiry_of

sys.path.append(str(Path(__file__).parents[3] / "examples" / "reference"))

from clinic.config import Config, Limits
from clinic.face import FaceFolder
from clinic.folder import Exchange
from clinic.messages import BadMessage, Result, from_xml

__all__ = [
    "FAST",
    "IMPATIENT",
    "SCALE",
    "Company",
    "Counter",
    "answers",
    "eventually",
    "is_message",
    "names",
    "run",
    "unprivileged",
]

T = TypeVar("T")
FAST = Limits(answer_file=5.0, face_file=5.0, poll=0.01)
IMPATIENT = replace(FAST, answer_file=0.2, face_file=0.2)
"""For what does not come; long enough for a busy machine to bring what does."""
SCALE = 0.05
DATE = "2025-10-20"


class Company:
    """Addresses and the watching program of one module."""

    def __init__(self, root: Path) -> None:
        self.endpoints = Endpoints(folder=root)
        self.root = root
        self.numbers = itertools.count(1)
        self.endpoints.folder.start()
        command = [
            "inotifywait",
            "-m",
            "--format",
            "%e %w%f",
            str(root / "res"),
            str(root / "face"),
        ]
        assert shutil.which(command[0]), "inotifywait is part of the test set-up (make setup)"
        self.watching = Watcher(command, {})
        self.watching.saw("Watches established.")

    def close(self) -> None:
        self.watching.__exit__(None, None, None)
        self.endpoints.close()


class Counter:
    """A desk, and the reference clinic at its folder.

    ``settings`` are those of :class:`onshi.Desk`; a simulated second is 50 ms.
    """

    def __init__(self, company: Company, **settings: Any) -> None:
        self.company, self.root = company, company.root
        self.res, self.req, self.face = (company.root / p for p in ("res", "req", "face"))
        self.late: list[str] = []
        how = {"date": DATE, "time_scale": SCALE, "doors": ("folder", "face"), **settings}
        self.desk = onshi.Desk(endpoints=company.endpoints, **how)

    def __enter__(self) -> Counter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.desk.close()

    def inject(self, fault: str, when: dict[str, Any] | None = None, **settings: Any) -> Any:
        """As :meth:`onshi.Desk.inject`."""
        return self.desk.inject(fault, when, **settings)

    # ------------------------------------------------------------ the reference
    def config(self, limits: Limits) -> Config:
        return Config(folder=self.root, limits=limits, encoding=self.desk.site.encoding)

    def keep(self, day: date, name: str, content: bytes) -> None:
        """What the clinic does with a result that nobody waits for any more."""
        self.late.append(name)

    def exchange(self, limits: Limits = FAST) -> Exchange:
        """The reference clinic's way into the folder."""
        return Exchange(self.config(limits), lambda: next(self.company.numbers), self.keep)

    def query(self) -> dict[str, str]:
        desk = self.desk
        chart = chart_of(desk.patient, desk.coverage, desk.clock.today)
        return inquiry_of(chart, limit_consent=False)

    def ask(self, limits: Limits = FAST) -> Result:
        """One inquiry of the reference clinic about who is at the desk."""
        return self.exchange(limits).ask(self.query(), self.desk.clock.today)

    def at_the_face_reader(self, limits: Limits = FAST) -> Result:
        """The patient goes to the face reader, and the reference clinic takes what comes."""
        folder = FaceFolder(self.config(limits), self.keep)
        return folder.next_result(self.desk.drop_face_file, self.is_theirs, self.desk.clock.today)

    def is_theirs(self, result: Result) -> bool:
        """Whether a result is about the patient at the desk, and nobody else."""
        number = self.desk.coverage.qualification.number
        return [r.number for r in result.records] == [number]

    # ------------------------------------------------------------- any program
    def next_name(self) -> str:
        """The suffix of the next request."""
        return f"20251020{next(self.company.numbers):04d}"

    def hand_in(self, suffix: str = "") -> Path:
        """A request as a program lays it down; gives the path of its result."""
        suffix = suffix or self.next_name()
        exchange = self.exchange()
        path = self.req / f"OQSsiquc01req_{suffix}.xml"
        exchange._write(path, self.query(), suffix, self.desk.clock.today)
        return self.res / f"OQSsiquc01res_{suffix}.xml"

    def saw(self, *events: tuple[str, Path]) -> None:
        """Wait until inotifywait has told of these, one after the other."""
        self.company.watching.saw(*(f"{event} {path}\n" for event, path in events))

    def never_saw(self, event: str, path: Path) -> bool:
        return f"{event} {path}\n" not in self.company.watching.text

    def journalled(self, event: str) -> list[dict[str, Any]]:
        return list(self.desk.journal.events("folder", event))

    def left(self) -> list[str]:
        """Everything that lies in the folder."""
        parts = (self.req, self.res, self.face)
        return sorted(f"{p.name}/{e.name}" for p in parts for e in p.iterdir())

    def junk(self) -> list[str]:
        """What lies in the folder and is no whole result about who is at the desk."""
        return [n for n in self.left() if not self._good(self.root / n)]

    def _good(self, path: Path) -> bool:
        result = answers(path)
        return result is not None and self.is_theirs(result)

    def idle(self) -> None:
        """Until nothing is on its way any more."""
        session = self.company.endpoints.folder.session
        eventually(lambda: session._delivering == 0)


def run(*command: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """A program, from start to end."""
    assert shutil.which(command[0]), f"{command[0]} is part of the test set-up (make setup)"
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **how)


def unprivileged() -> list[str]:
    """What a command begins with that may not do what only root may."""
    if os.geteuid() != 0:
        return []
    without = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", "--bounding-set", without, "--inh-caps", without]


def is_message(content: bytes) -> Result | None:
    """What the reference clinic reads out of a file, if it takes it for a whole message."""
    try:
        return from_xml(content)
    except BadMessage:
        return None


def answers(path: Path) -> Result | None:
    """The same for a file, which need not be there."""
    try:
        return is_message(path.read_bytes())
    except OSError:
        return None


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def eventually(check: Callable[[], T], seconds: float = 10.0) -> T:
    """What ``check`` gives once it is true; fails after ``seconds``."""
    until, tick = time.monotonic() + seconds, threading.Event()
    while not (found := check()):
        assert time.monotonic() < until, "it did not come"
        tick.wait(0.003)
    return found

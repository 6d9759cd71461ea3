"""One line per case: what meets a rule, what breaks it, what must not be blamed.

``reference(rule, what, build)``, ``naive(…)``, ``legitimate(…)`` and, for rules of level context,
``shown(…)`` put a line into :data:`CASES`. ``build`` makes a Case or a Story when it is called.
A naive case may name the half that it breaks; it breaks no other of level fail.

The lines stand in ``case_table_*.py``, one module for each kind of rule; :func:`load` imports them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Literal

import msgspec

from onshi.judge.case import Case, Finding
from onshi.judge.findings import Half
from onshi.judge.story import Story
from onshi.judge.verdict import judge_case, judge_story

Kind = Literal["reference", "naive", "legitimate", "shown"]
Build = Callable[[], Case | Story]


@dataclass(frozen=True)
class Line:
    """One case: ``half`` is what a naive one breaks, or None where the rule has one half only."""

    rule: str
    kind: Kind
    what: str
    build: Build
    half: Half | None = None

    def __str__(self) -> str:
        return f"{self.rule} {self.kind}: {self.what}"

    def findings(self, levels: dict[str, str] | None = None) -> list[Finding]:
        """What the rule, asked for by the trouble, says of the case."""
        subject = self.build()
        asked = msgspec.structs.replace(subject.trouble, rules=(self.rule,))
        if isinstance(subject, Case):
            return judge_case(replace(subject, trouble=asked), levels)
        visits = [replace(one, trouble=asked) for one in subject.visits]
        found = [f for one in visits for f in judge_case(one, levels)]
        return [*found, *judge_story(replace(subject, trouble=asked), levels)]


CASES: list[Line] = []


def reference(rule: str, what: str, build: Build) -> None:
    """A product that does right: something of the rule is met, nothing broken."""
    CASES.append(Line(rule, "reference", what, build))


def naive(rule: str, what: str, build: Build, half: Half | None = None) -> None:
    """A product that does wrong: the rule (this half of it) is broken."""
    CASES.append(Line(rule, "naive", what, build, half))


def legitimate(rule: str, what: str, build: Build) -> None:
    """A product that does it another way, and rightly: nothing is broken."""
    CASES.append(Line(rule, "legitimate", what, build))


def shown(rule: str, what: str, build: Build) -> None:
    """For a rule of level context: something is said, and nothing is judged."""
    CASES.append(Line(rule, "shown", what, build))


def load() -> Iterator[Line]:
    """The lines of every ``case_table_*.py`` beside this module."""
    for path in sorted(Path(__file__).parent.glob("case_table_*.py")):
        import_module(path.stem)
    return iter(CASES)

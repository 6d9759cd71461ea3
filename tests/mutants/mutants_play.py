"""The reference clinic, with one behaviour changed, at every trouble of the catalogue.

What does the same to the clinic is played once, and judged by the rules of each of its troubles.
A behaviour is played wherever the clinic, as it is, comes by what it replaces; elsewhere the
same code does the same.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from behaviours import Behaviour, at_work, behaviours
from reference_clinic import Reference

from onshi import Desk
from onshi.catalogue.load import load_troubles
from onshi.catalogue.records import Trouble
from onshi.config import Config
from onshi.judge.case import Verdict
from onshi.outcomes import Outcome
from onshi.runner import Runner
from onshi.suite import applicable, desk_doors, judge_played, play

PROFILE = "hodanren2025"
CONFIG = Config(time_scale=0.01, patience=8.0)
"""``patience`` in seconds: nothing of the clinic takes so long, but what never ends."""


@dataclass
class Measured:
    """What came of one behaviour ("": the reference as it is).

    ``broken``: rule to the troubles in which it was, at level fail or warn; ``failed``: those at
    level fail; ``met``: rules that were met somewhere; ``problems``: troubles in which the clinic
    raised, or did not return.
    """

    name: str
    broken: dict[str, list[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    met: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    played: int = 0
    seconds: float = 0.0

    @property
    def rules(self) -> frozenset[str]:
        return frozenset(self.broken)

    def add(self, outcome: Outcome) -> None:
        """Count what is broken of one trouble."""
        id = outcome.trouble.id
        if outcome.problem:
            self.problems[id] = outcome.problem
        self.met |= {f.rule for f in outcome.findings if f.verdict is Verdict.MET}
        for level in ("fail", "warn"):
            for finding in outcome.broken(level):
                where = self.broken.setdefault(finding.rule, [])
                if id not in where:
                    where.append(id)
                self.reasons.setdefault(finding.rule, f"{finding.reason} {finding.seen}".strip())
                if level == "fail":
                    self.failed.add(finding.rule)

    def merge(self, other: Measured) -> None:
        """Take in what another process found of the same behaviour."""
        for rule, ids in other.broken.items():
            self.broken.setdefault(rule, []).extend(ids)
        self.reasons = {**other.reasons, **self.reasons}
        self.failed |= other.failed
        self.met |= other.met
        self.problems.update(other.problems)
        self.played += other.played
        self.seconds += other.seconds


@cache
def stimuli() -> dict[str, list[Trouble]]:
    """What is done to the clinic, by the id of the first trouble that does it."""
    surfaces = frozenset(Reference.surfaces)
    found: dict[bytes, list[Trouble]] = {}
    for trouble in load_troubles().values():
        if applicable(trouble, surfaces):
            found.setdefault(trouble.stimulus(surfaces), []).append(trouble)
    return {group[0].id: group for group in found.values()}


class Player:
    """One clinic of this process, and a desk for each trouble."""

    def __init__(self, config: Config = CONFIG) -> None:
        self.config = config
        self.runner = Runner(Reference, patience=config.patience)
        self.doors = desk_doors(self.runner.integration)

    def play(self, id: str) -> Iterator[Outcome]:
        """The troubles that do what the trouble ``id`` does, played once."""
        group = stimuli()[id]
        with Desk(
            profile=PROFILE,
            doors=self.doors,
            time_scale=self.config.time_scale,
            deadline=self.config.deadline,
            keep_contexts=True,
        ) as desk:
            played = play(desk, group[0], self.runner, self.config)
        for trouble in group:
            yield judge_played(played, trouble, ())

    def measure(self, name: str, ids: Iterable[str]) -> Measured:
        """One behaviour ("": none) at these troubles."""
        found, began = Measured(name), time.perf_counter()
        with at_work(*filter(None, [name])):
            for id in ids:
                found.played += 1
                for outcome in self.play(id):
                    found.add(outcome)
            found.seconds = time.perf_counter() - began
        return found

    def stop(self) -> None:
        self.runner.stop()


def place(owner: Any, attribute: str) -> str:
    """The name of something that a behaviour replaces."""
    return f"{getattr(owner, '__module__', '')}.{owner.__name__}.{attribute}"


@contextlib.contextmanager
def watched(seen: Callable[[str], None]) -> Iterator[None]:
    """Everything that some behaviour replaces, as it is, telling when it is come by."""
    places = {c.place: c for b in behaviours().values() for c in b.changes}
    for change in places.values():
        setattr(change.owner, change.attribute, _telling(change.usual, place(*change.place), seen))
    try:
        yield
    finally:
        for change in places.values():
            setattr(change.owner, change.attribute, change.usual)


def _telling(usual: Any, name: str, seen: Callable[[str], None]) -> Any:
    if isinstance(usual, property):
        return property(lambda self: (seen(name), usual.fget(self))[1])  # type: ignore[misc]

    def call(*args: Any, **named: Any) -> Any:
        seen(name)
        return usual(*args, **named)

    return call


def baseline(player: Player, ids: Iterable[str]) -> tuple[Measured, dict[str, set[str]]]:
    """The reference as it is, and which places it comes by in which trouble."""
    visited: dict[str, set[str]] = {}
    found = Measured("")
    for id in ids:
        met: set[str] = set()
        with watched(met.add):
            found.merge(player.measure("", [id]))
        for name in met:
            visited.setdefault(name, set()).add(id)
    return found, visited


def wanted(behaviour: Behaviour, visited: dict[str, set[str]]) -> list[str]:
    """The troubles in which a behaviour can make a difference, in the catalogue's order."""
    ids: set[str] = set()
    for change in behaviour.changes:
        ids |= visited.get(place(*change.place), set())
    return [id for id in stimuli() if id in ids]


def complaints(behaviour: Behaviour, found: Measured) -> list[str]:
    """How what was measured differs from what the behaviour is meant to break."""
    texts = [
        f"{rule} is broken, which it should not: {found.broken[rule]}, {found.reasons[rule]}"
        for rule in sorted(found.rules - behaviour.expected)
    ]
    texts += [f"{rule} is not broken" for rule in sorted(behaviour.expected - found.rules)]
    texts += [
        f"{id}: {problem}"
        for id, problem in found.problems.items()
        if "H51" not in behaviour.breaks
    ]
    return texts


def without_behaviour(rules: Collection[str]) -> list[str]:
    """Which of these rules no behaviour breaks."""
    broken = {rule for b in behaviours().values() for rule in b.breaks}
    return sorted(set(rules) - broken)

"""Rows gathered by trouble: what every page of a report is made of, however many rows there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from onshi.judge.case import Finding, Verdict
from onshi.outcomes import OUT_OF_TIME, Row

__all__ = [
    "RESULTS",
    "RESULT_WORDS",
    "VERDICT_WORDS",
    "Break",
    "Group",
    "breaks",
    "gather",
]

RESULTS = ("failed", "waived", "passed", "skipped")
"""Outcomes from the worst on."""

RESULT_WORDS = {"passed": "適合", "failed": "違反", "waived": "猶予", "skipped": "観測なし"}
VERDICT_WORDS = {"met": "適合", "broken": "違反", "not_observed": "観測なし"}

_NAMED = 20


@dataclass(frozen=True)
class Break:
    """One half of a rule that was broken, with each (what was seen, why that breaks it)."""

    finding: Finding
    told: tuple[tuple[str, str], ...]


@dataclass
class Group:
    """Every row of one trouble.

    ``counts`` are rows (encounters, in a day of them) by outcome, ``shown`` the first row of each
    outcome, ``rules`` how many rows say met, broken, warned or unseen of a rule. ``named`` are the
    first encounters with a break. ``broken``, ``met`` and ``warned`` hold rule ids as a row does.
    """

    trouble: str
    title: str
    what: str
    categories: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)
    shown: dict[str, Row] = field(default_factory=dict)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        """The worst outcome."""
        return next(r for r in RESULTS if r in self.shown)

    @property
    def row(self) -> Row:
        """The first row with the worst outcome."""
        return self.shown[self.result]

    @property
    def broken(self) -> list[str]:
        return self._with("broken")

    @property
    def met(self) -> list[str]:
        """Rules that were met in at least one row, as far as that row could tell."""
        return self._with("met")

    @property
    def warned(self) -> list[str]:
        return self._with("warned")

    @property
    def unseen(self) -> list[str]:
        """Rules of which no row could tell anything."""
        told = ("met", "broken", "warned")
        return sorted(r for r, seen in self.rules.items() if not any(seen[k] for k in told))

    @property
    def findings(self) -> list[Finding]:
        """Those of the rows that are shown."""
        return [f for row in self.shown.values() for f in row.findings]

    @property
    def out_of_time(self) -> bool:
        return self.row.problem == OUT_OF_TIME

    def _with(self, state: str) -> list[str]:
        return sorted(r for r, seen in self.rules.items() if seen[state])

    def add(self, row: Row) -> None:
        """Count one row in."""
        self.counts[row.result] += row.count
        self.shown.setdefault(row.result, row)
        for rule, state in _states(row):
            self.rules.setdefault(rule, Counter())[state] += row.count
        if row.result == "failed" and row.name:
            self.named += [row.name, *row.also][: _NAMED - len(self.named)]


def gather(rows: Iterable[Row]) -> list[Group]:
    """One group for each trouble, in the order of their ids. ``rows`` is gone through once."""
    found: dict[str, Group] = {}
    for row in rows:
        group = found.get(row.trouble)
        if group is None:
            group = found[row.trouble] = Group(
                row.trouble, row.title, row.what, tuple(row.categories)
            )
        group.add(row)
    return [found[trouble] for trouble in sorted(found)]


def _states(row: Row) -> set[tuple[str, str]]:
    said = {(rule, "met") for rule in row.met}
    said |= {(rule, "broken") for rule in row.broken}
    said |= {(rule, "warned") for rule in row.warned}
    return said | {(f.rule, "unseen") for f in row.findings if f.verdict is Verdict.NOT_OBSERVED}


def breaks(row: Row) -> tuple[Break, ...]:
    """What a row broke, level fail first."""
    halves: dict[tuple[str, str, str], list[Finding]] = {}
    for f in row.findings:
        if f.verdict is Verdict.BROKEN:
            halves.setdefault((f.rule, f.level, f.expected), []).append(f)
    ranked = sorted(halves.values(), key=lambda found: found[0].level != "fail")
    return tuple(Break(found[0], tuple((f.seen, f.reason) for f in found)) for found in ranked)

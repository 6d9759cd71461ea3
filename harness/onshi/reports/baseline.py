"""A former run beside this one: what is newly broken, fixed, still broken, no longer observed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from onshi.config import Waiver
from onshi.judge.case import Finding, Verdict
from onshi.outcomes import Row
from onshi.reports.summary import Line

__all__ = ["Change", "Judged", "change_lines", "known_breaks", "since"]


class Judged(Protocol):
    """A row, or the rows of one trouble: which rules were judged, and how."""

    @property
    def trouble(self) -> str: ...
    @property
    def broken(self) -> Sequence[str]: ...
    @property
    def met(self) -> Sequence[str]: ...
    @property
    def warned(self) -> Sequence[str]: ...
    @property
    def findings(self) -> Sequence[Finding]: ...


class Change(NamedTuple):
    """Rules by trouble. Fixed is what was broken and is met now; still, what is broken in both.

    ``unseen`` is what was judged and is not any more: nobody knows whether it is fixed, so it is
    in neither of the others.
    """

    new: dict[str, list[str]]
    fixed: dict[str, list[str]]
    still: dict[str, list[str]]
    unseen: dict[str, list[str]]


def known_breaks(before: Iterable[Row]) -> tuple[Waiver, ...]:
    """What a former run broke, as waivers without an end."""
    return tuple(
        Waiver(trouble=row.trouble, rule=rule, reason="baseline", until=date.max)
        for row in before
        for rule in row.broken
    )


def since(
    before: Iterable[Judged], after: Iterable[Judged], planned: Collection[str] | None = None
) -> Change:
    """What changed between two runs.

    ``planned``: the troubles that were to be run this time; nothing is said of others, of which
    there is no verdict because nobody asked for one. None: all of the former run.
    """
    then, now = _Told(before), _Told(after)
    new, fixed, still, unseen = Change({}, {}, {}, {})
    asked = then.judged if planned is None else then.judged.keys() & {*planned}
    for trouble in sorted({*asked, *now.judged}):
        was, is_ = then.broken.get(trouble, set()), now.broken.get(trouble, set())
        mended = {rule for rule in was - is_ if _mended(trouble, rule, then, now)}
        silent = then.judged.get(trouble, set()) - now.judged.get(trouble, set())
        new[trouble] = sorted(is_ - was)
        fixed[trouble] = sorted(mended)
        still[trouble] = sorted(was & is_)
        unseen[trouble] = sorted(silent | (was - is_ - mended))
    return Change(*map(_filled, (new, fixed, still, unseen)))


def change_lines(change: Change) -> Iterator[Line]:
    """The change in lines, for the end of a summary."""
    for trouble, rules in change.new.items():
        yield Line(f"新しい違反  {trouble}: {', '.join(rules)}", "red")
    for trouble, rules in change.fixed.items():
        yield Line(f"直った違反  {trouble}: {', '.join(rules)}", "green")
    if not change.new:
        yield Line("以前の実行 (baseline) と比べて、新しい違反はありません")
    if change.still:
        many = sum(map(len, change.still.values()))
        yield Line(f"残っている違反  {many} 件")
    if change.unseen:
        names = [f"{trouble} ({', '.join(rules)})" for trouble, rules in change.unseen.items()]
        more = f" ほか {len(names) - _SHOWN} 件" if len(names) > _SHOWN else ""
        yield Line(f"観測されなくなった  {', '.join(names[:_SHOWN])}{more}", "yellow")


_SHOWN = 10


def _mended(trouble: str, rule: str, then: _Told, now: _Told) -> bool:
    """Whether each half of the rule that was broken is met now, not merely unseen."""
    if rule not in now.met.get(trouble, set()):
        return False
    halves = (
        half
        for half, verdicts in then.halves.items()
        if half[:2] == (trouble, rule) and Verdict.BROKEN in verdicts
    )
    return all(Verdict.MET in now.halves.get(half, {Verdict.MET}) for half in halves)


class _Told:
    """Rules by trouble, of a whole run."""

    def __init__(self, rows: Iterable[Judged]) -> None:
        self.broken: dict[str, set[str]] = {}
        self.met: dict[str, set[str]] = {}
        self.judged: dict[str, set[str]] = {}
        self.halves: dict[tuple[str, str, str], set[Verdict]] = {}
        for row in rows:
            self.broken.setdefault(row.trouble, set()).update(row.broken)
            self.met.setdefault(row.trouble, set()).update(row.met)
            told = (*row.broken, *row.met, *row.warned)
            self.judged.setdefault(row.trouble, set()).update(told)
            for f in (f for f in row.findings if f.level == "fail"):
                self.halves.setdefault((row.trouble, f.rule, f.expected), set()).add(f.verdict)


def _filled(rules: dict[str, list[str]]) -> dict[str, list[str]]:
    return {trouble: found for trouble, found in rules.items() if found}

"""A former run beside this one: what is new, what is fixed since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from onshi.config import Waiver
from onshi.outcomes import Row
from onshi.reports.summary import Line

__all__ = ["Change", "change_lines", "known_breaks", "since"]


class Change(NamedTuple):
    """Rules by trouble. Fixed is what was broken and is met now; what was not judged this time
    is in neither.
    """

    new: dict[str, list[str]]
    fixed: dict[str, list[str]]


def known_breaks(before: Iterable[Row]) -> tuple[Waiver, ...]:
    """What a former run broke, as waivers without an end."""
    return tuple(
        Waiver(trouble=row.trouble, rule=rule, reason="baseline", until=date.max)
        for row in before
        for rule in row.broken
    )


def since(before: Iterable[Row], now: Iterable[Row]) -> Change:
    """What changed between two runs."""
    old = _gathered(before, "broken")
    now = list(now)
    broken, met = _gathered(now, "broken"), _gathered(now, "met")
    new = {t: sorted(rules - old.get(t, set())) for t, rules in broken.items()}
    fixed = {
        t: sorted((rules - broken.get(t, set())) & met.get(t, set())) for t, rules in old.items()
    }
    return Change(_filled(new), _filled(fixed))


def change_lines(change: Change) -> Iterator[Line]:
    """The change in lines, for the end of a summary."""
    for trouble, rules in change.new.items():
        yield Line(f"新しい違反  {trouble}: {', '.join(rules)}", "red")
    for trouble, rules in change.fixed.items():
        yield Line(f"直った違反  {trouble}: {', '.join(rules)}", "green")
    if not change.new:
        yield Line("以前の実行 (baseline) と比べて、新しい違反はありません")


def _gathered(rows: Iterable[Row], which: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.trouble, set()).update(getattr(row, which))
    return found


def _filled(rules: dict[str, list[str]]) -> dict[str, list[str]]:
    return {trouble: found for trouble, found in rules.items() if found}

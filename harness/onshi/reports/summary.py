"""The summary in lines: per survey category, what was met, broken, waived, not observed, 対象外."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from onshi.catalogue.records import Category, Profile, Trouble
from onshi.outcomes import Row
from onshi.reports.run import Run

__all__ = ["Line", "category_rows", "details", "shares", "shares_note"]

_RESULTS = ("passed", "failed", "waived", "skipped")


class Line(NamedTuple):
    """One line of text; ``colour`` is ``red``, ``yellow`` or nothing."""

    text: str
    colour: str = ""


def category_rows(
    profile: Profile, rows: Iterable[Row], out_of_scope: Iterable[Trouble]
) -> list[tuple[Category, dict[str, int]]]:
    """(category, counts) by falling share; counts also hold ``out`` (対象外)."""
    rows, out_of_scope = list(rows), list(out_of_scope)
    table = []
    for category in sorted(profile.category, key=lambda c: -c.share):
        if not category.injectable:
            continue
        counts = {
            r: sum(1 for x in rows if x.result == r and category.key in x.categories)
            for r in _RESULTS
        }
        counts["out"] = sum(1 for t in out_of_scope if category.key in t.categories)
        table.append((category, counts))
    return table


def shares_note(profile: Profile) -> str:
    """What the shares are, and what they are not."""
    return (
        f"割合は、トラブルがあったと答えた {profile.n_troubled:,} 施設のうち"
        "その項目を挙げた施設の割合です (製品の不具合率ではありません)。"
    )


def shares(profile: Profile, run: Run, rows: list[Row]) -> Iterator[Line]:
    """The table of one survey."""
    yield Line(shares_note(profile))
    for category, counts in category_rows(profile, rows, run.out_of_scope):
        yield Line(
            f"{category.share:5.1f} %  適合 {counts['passed']:2}  違反 {counts['failed']:2}"
            f"  猶予 {counts['waived']:2}  観測なし {counts['skipped']:2}"
            f"  対象外 {counts['out']:2}  {category.label}"
        )


def details(run: Run, rows: list[Row]) -> Iterator[Line]:
    """Breaks, warnings, expired promises, what was run once for several, 対象外."""
    for row in rows:
        if row.result == "failed":
            yield Line(f"違反  {row.trouble}: {', '.join(row.broken) or row.problem}", "red")
    for row in rows:
        if row.result == "waived":
            kept = ", ".join(f"{w.rule} ({w.until} まで)" for w in row.waived)
            yield Line(f"猶予  {row.trouble}: {kept}", "yellow")
    for row in rows:
        if row.warned and row.result != "failed":
            yield Line(f"注意  {row.trouble}: {', '.join(row.warned)}", "yellow")
    for first, others in _same(rows).items():
        yield Line(f"同じ刺激  {first} で一度だけ実行: {', '.join(others)}")
    if run.scope:
        yield Line("対象外  " + ", ".join(run.scope))
    if run.too_few(rows):
        text = f"観測できたトラブルが {run.min_observed} 件に足りません (--onshi-min-observed)"
        yield Line(text, "red")


def _same(rows: list[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.same_as:
            found.setdefault(row.same_as, []).append(row.trouble)
    return found

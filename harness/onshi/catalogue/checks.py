"""What the types alone cannot say of a survey's file: names that exist, numbers that agree."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path

from onshi.catalogue.citations import check_citations
from onshi.catalogue.records import Category, Figure, Profile
from onshi.data import line_of
from onshi.errors import BadFileError, suggest

__all__ = ["check_profile"]

_TOLERANCE = 1e-4
"""How far the stored weights together may be from 1: they are rounded to six digits."""
_BASES = ("sent", "answered", "n_troubled")
Problem = tuple[str, str]
"""The key at which something is wrong (``category[2].count``), and what is expected there."""


def check_profile(path: Path, profile: Profile, troubles: Collection[str]) -> None:
    """Raise :class:`BadFileError` with file, line and key for the first thing that is wrong.

    ``troubles``: the ids that exist.
    """
    for key, expected in _problems(profile, troubles):
        raise BadFileError(path, expected, line=line_of(path, key), key=key)
    check_citations(path, _cited(profile))


def _problems(profile: Profile, troubles: Collection[str]) -> Iterator[Problem]:
    yield from _twice(profile)
    for i, category in enumerate(profile.category):
        yield from _of_category(f"category[{i}]", category, profile)
        for id in category.troubles:
            if id not in troubles:
                yield f"category[{i}].troubles", _no_such("trouble", id, troubles)
    for id in profile.extra_troubles:
        if id not in troubles:
            yield "extra_troubles", _no_such("trouble", id, troubles)
    yield from _of_weights(profile)
    yield from _of_tables(profile)
    tables = {table.key for table in profile.table}
    for i, figure in enumerate(profile.figure):
        if figure.table not in tables:
            yield f"figure[{i}].table", _no_such("[[table]] with the key", figure.table, tables)
        yield from _of_value(f"figure[{i}]", figure)


def _no_such(kind: str, name: str, known: Collection[str]) -> str:
    near = suggest(name, known)
    return f"there is no {kind} {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")


def _twice(profile: Profile) -> Iterator[Problem]:
    """Keys that have to be unique, and are not."""
    keys = {
        "category": [c.key for c in profile.category],
        "table": [t.key for t in profile.table],
        "figure": [f"{f.table}.{f.key}" for f in profile.figure],
    }
    for kind, found in keys.items():
        for i, key in enumerate(found):
            if key in found[:i]:
                yield f"{kind}[{i}].key", f"the {kind} {key!r} is there twice"


def _of_category(where: str, category: Category, profile: Profile) -> Iterator[Problem]:
    most = profile.n_troubled if profile.answered is None else profile.answered
    name = "n_troubled" if profile.answered is None else "answered"
    count = category.count
    if count is not None and (count < 0 or (most is not None and count > most)):
        yield f"{where}.count", f"a count between 0 and {name} ({most}), not {count}"
    nothing = count is None and category.share is None and category.status != "lost"
    if nothing and profile.kind == "survey":
        yield f"{where}.key", 'give a count or a share, or say status = "lost" and a reason'
    yield from _of_value(where, category)


def _of_value(where: str, row: Category | Figure) -> Iterator[Problem]:
    """A share that is none, and a status that its value or its reason contradicts."""
    if row.share is not None and not 0 <= row.share <= 100:
        yield f"{where}.share", f"a percentage between 0 and 100, not {row.share}"
    if row.status != "printed" and not row.reason:
        yield f"{where}.status", f"a figure that is {row.status} needs a reason"
    if row.status == "lost" and (row.count is not None or row.share is not None):
        yield f"{where}.status", "a lost figure has neither count nor share"


def _of_tables(profile: Profile) -> Iterator[Problem]:
    """What shares are of, and totals that are said to add up."""
    for i, table in enumerate(profile.table):
        base = table.base
        if isinstance(base, str) and base:
            if base not in _BASES:
                yield f"table[{i}].base", f"{', '.join(_BASES)} or a number, not {base!r}"
            elif getattr(profile, base) is None:
                yield f"table[{i}].base", f"the profile does not say {base}"
            else:
                base = getattr(profile, base)
        if not table.adds_up:
            continue
        if base == "":
            yield f"table[{i}].adds_up", "say with base what the counts add up to"
        counts = [f.count for f in profile.figure if f.table == table.key]
        known = [n for n in counts if n is not None]
        if len(known) == len(counts) and sum(known) != base:
            yield f"table[{i}].adds_up", f"the counts add up to {sum(known):.10g}, not {base}"


def _of_weights(profile: Profile) -> Iterator[Problem]:
    """Stored weights: on every category that can be weighed or on none, and together 1."""
    for name in ("weight_a", "weight_b"):
        stored = [(i, c, w) for i, c in enumerate(profile.category)
                  if (w := getattr(c, name)) is not None]  # fmt: skip
        if not stored:
            continue
        for i, category, weight in stored:
            if not category.injectable:
                yield f"category[{i}].{name}", "a category that cannot be injected has no weight"
            if not 0 <= weight <= 1:
                yield f"category[{i}].{name}", f"a weight between 0 and 1, not {weight}"
        having = {c.key for _, c, _ in stored}
        for i, c in enumerate(profile.category):
            if c.injectable and c.count is not None and c.key not in having:
                yield (
                    f"category[{i}].key",
                    f"{name} is missing here: give it to every category with a count, or leave "
                    "it out everywhere and it is computed from the counts",
                )
        total = math.fsum(w for _, _, w in stored)
        if abs(total - 1) > _TOLERANCE:
            yield (
                f"category[{stored[0][0]}].{name}",
                f"the {name} of all categories add up to {total:.6f}, not 1; leave them out and "
                "they are computed from the counts",
            )


def _cited(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "source", profile.source
    for i, category in enumerate(profile.category):
        yield f"category[{i}].source", category.source
    for i, figure in enumerate(profile.figure):
        yield f"figure[{i}].source", figure.source

"""Tables of percentiles: the seconds within which so many percent of something is done."""

from __future__ import annotations

import math
from itertools import pairwise

__all__ = ["Table", "check_table", "within"]

Table = tuple[tuple[float, float], ...]
"""Pairs of percent, 0 to 100, and seconds, both rising."""


def check_table(table: Table) -> None:
    """Raises ValueError for what cannot be percentages and seconds that rise."""
    if any(not 0 <= percent <= 100 or not 0 <= sec < math.inf for percent, sec in table):
        raise ValueError("a table has pairs of percent, 0 to 100, and seconds, 0 or more")
    if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(table)):
        raise ValueError("a table's percentages rise, and its seconds do not fall")
    if table and 0 < table[-1][0] <= 1:
        raise ValueError(f"a table ends at a percentage, as 95 or 100, not {table[-1][0]}")


def within(table: Table, percent: float) -> float:
    """The seconds at ``percent``; what is outside of the table has those of its end."""
    for (p, a), (q, b) in pairwise(table):
        if p <= percent <= q:
            return a + (b - a) * (percent - p) / (q - p)
    return table[0][1] if percent < table[0][0] else table[-1][1]

"""When a fault happens: a trigger and a cessation.

Counting is per fault and per desk, over the operations of its seam that match ``match``. A draw
uses a stream of its own, named after the fault, so that one more fault never shifts another's.
"""

from __future__ import annotations

import random
import re
from datetime import date
from fnmatch import fnmatchcase

import msgspec

__all__ = ["ALWAYS", "Runtime", "Schedule", "stream"]


class Schedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Trigger (at most one of the five; none means always) and cessation, as in TOML.

    ``nth = 2`` only the 2nd · ``first = 3`` the first three · ``every = 5`` each 5th ·
    ``window = [2, 4]`` from the 2nd to the 4th · ``draw = 0.1`` with that probability, seeded.
    ``match`` narrows which operations count: an INS name (``VERIFY``), a hex pattern of the APDU
    (``00B0*``), an SCard call (``Connect``), a path (``*/auth``), whom an inquiry is about
    (``patient:p0``, ``insurer:1199*``, ``municipality:川口市``, ``plan:kokuho``); several with
    ``|``.
    ``until_count = 2`` ends after two hits, ``until = "reset"`` or ``"reinsert"`` at that event,
    ``until_date`` on that business date.
    """

    nth: int | None = None
    first: int | None = None
    every: int | None = None
    window: tuple[int, int] | None = None
    draw: float | None = None
    match: str = ""
    until_count: int | None = None
    until: str | None = None
    until_date: date | None = None

    def __post_init__(self) -> None:
        given = [
            n for n in ("nth", "first", "every", "window", "draw") if getattr(self, n) is not None
        ]
        if len(given) > 1:
            raise ValueError(f"a schedule has one trigger, not {' and '.join(given)}")
        for name in ("nth", "first", "every", "until_count"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} counts from 1, not {value}")
        if self.window is not None and not 1 <= self.window[0] <= self.window[1]:
            raise ValueError(f"window is [from, to], counted from 1, not {list(self.window)}")
        if self.draw is not None and not 0 <= self.draw <= 1:
            raise ValueError(f"draw is a probability between 0 and 1, not {self.draw}")
        if self.until not in (None, "reset", "reinsert"):
            raise ValueError(f"until is 'reset' or 'reinsert', not {self.until!r}")


ALWAYS = Schedule()


def stream(seed: int, name: str) -> random.Random:
    """The named stream of a seed: stable across processes and Python versions."""
    return random.Random(f"{seed}/{name}")


class Runtime:
    """One schedule at work at one desk. Not thread-safe by itself: seams call it under a lock."""

    __slots__ = ("_patterns", "count", "hits", "over", "rng", "schedule")

    def __init__(self, schedule: Schedule, rng: random.Random) -> None:
        self.schedule, self.rng = schedule, rng
        self.count = self.hits = 0
        self.over = False
        self._patterns = [p.strip() for p in re.split(r"\|", schedule.match) if p.strip()]

    def due(self, names: tuple[str, ...], today: date | None = None) -> bool:
        """Whether the fault strikes at this operation, known by any of ``names``."""
        s = self.schedule
        if self.over:
            return False
        if s.until_date is not None and today is not None and today >= s.until_date:
            self.over = True
            return False
        if self._patterns and not any(
            fnmatchcase(name, p) for p in self._patterns for name in names
        ):
            return False
        self.count += 1
        if not self._triggers():
            return False
        self.hits += 1
        if s.until_count is not None and self.hits >= s.until_count:
            self.over = True
        return True

    def _triggers(self) -> bool:
        s, n = self.schedule, self.count
        if s.nth is not None:
            return n == s.nth
        if s.first is not None:
            return n <= s.first
        if s.every is not None:
            return n % s.every == 0
        if s.window is not None:
            return s.window[0] <= n <= s.window[1]
        if s.draw is not None:
            return self.rng.random() < s.draw
        return True

    def happened(self, what: str) -> None:
        """``reset`` or ``reinsert`` happened: end if that is the cessation."""
        if self.schedule.until == what:
            self.over = True

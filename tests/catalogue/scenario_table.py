"""``scenarios.txt``: the scenarios of the surveys, against which the troubles are checked."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["SCENARIOS", "Scenario"]


class Scenario(NamedTuple):
    """One line. ``injectable``: yes, partly, no, or control where nothing is wrong."""

    id: str
    layer: str
    process: str
    injectable: str
    support: int
    categories: frozenset[str]
    rules: frozenset[str]


def _read(path: Path) -> dict[str, Scenario]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        id, layer, process, injectable, support, categories, rules = map(str.strip, line.split("|"))
        several = [frozenset(words.split()) - {"-"} for words in (categories, rules)]
        found[id] = Scenario(id, layer, process, injectable, int(support), *several)
    return found


SCENARIOS = _read(Path(__file__).with_name("scenarios.txt"))
"""By id, in the catalogue's order."""

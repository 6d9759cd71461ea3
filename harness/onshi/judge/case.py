"""What a rule is given, and what it says."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from onshi.catalogue.records import Trouble
from onshi.scene import Scene
from onshi.seams import Answer
from onshi.visit import Handling, Visit

__all__ = ["Case", "Finding", "Verdict"]


class Verdict(enum.StrEnum):
    """Met, broken, or nothing seen that would tell."""

    MET = "met"
    BROKEN = "broken"
    NOT_OBSERVED = "not_observed"


@dataclass(frozen=True)
class Finding:
    """One rule's verdict with its reason (Japanese). ``level`` is fail, warn or context.

    ``expected`` and ``seen`` are for the failure message; both Japanese.
    """

    rule: str
    verdict: Verdict
    reason: str = ""
    level: str = "fail"
    expected: str = ""
    seen: str = ""
    source: tuple[str, ...] = ()


@dataclass
class Case:
    """One visit as it went: the situation, what the harness sent, what the product did.

    ``answers`` are the answers that were really sent for this visit, in order. ``events`` is the
    journal of the visit. ``next_handling``/``next_visit``/``next_events`` belong to the patient
    who followed.
    ``returned`` is False when ``check_in`` ran into the harness' deadline. ``verifies`` counts
    VERIFY commands that carried a PIN. ``limits`` are the vendor's own limits in seconds. ``left``
    names what lay in the exchange folder at the end (``face/x.xml``), None where there is none.
    """

    trouble: Trouble
    visit: Visit
    scene: Scene
    handling: Handling | None
    surfaces: frozenset[str]
    date: date
    answers: Sequence[Answer] = ()
    events: Sequence[Mapping[str, Any]] = ()
    verifies: int = 0
    next_visit: Visit | None = None
    next_handling: Handling | None = None
    next_events: Sequence[Mapping[str, Any]] = ()
    returned: bool = True
    alive: bool | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    left: Sequence[str] | None = None

"""審査支払機関: what becomes of a claim, by the truth of the coverage at that date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from onshi.claims.records import Settled, Uke
from onshi.people.records import Coverage

__all__ = ["settle"]


def settle(
    uke: Uke, coverages: Iterable[Coverage], truth: Coverage, on: date, *, reason: str = ""
) -> Sequence[Settled]:
    """Decide about every レセプト of a file on the day ``on``.

    ``coverages`` is what the system knows, ``truth`` what is really so of the patient; ``reason``
    returns every レセプト for that reason, whatever is right.
    """
    return ()

"""Qualifications found by person and by numbers, however many the system knows."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from onshi.people.records import Coverage
from onshi.people.roster import Roster
from onshi.seams import Inquiry

__all__ = ["Index", "index_of", "matches", "same_insurer", "whose"]

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


class Index:
    """What one search may find, in the order of the list; dates are the register's business."""

    def __init__(self, coverages: Sequence[Coverage]) -> None:
        self._of_person: dict[str, list[Coverage]] = {}
        self._of_number: dict[str, list[Coverage]] = {}
        for c in coverages:
            for key in {c.patient.key, c.linked_to or c.patient.key}:
                self._of_person.setdefault(key, []).append(c)
            self._of_number.setdefault(_plain(c.qualification.number), []).append(c)

    def of_person(self, key: str) -> Sequence[Coverage]:
        """Those of a person, and those ever filed under their number."""
        return self._of_person.get(key, ())

    def by_numbers(self, inquiry: Inquiry) -> list[Coverage]:
        """Those whose numbers and birthdate are asked for."""
        found = self._of_number.get(_plain(inquiry.number), ())
        return [c for c in found if matches(c, inquiry)]


def index_of(coverages: Sequence[Coverage]) -> Index:
    """The index of a list: kept with a :class:`Roster` until it changes, else made anew."""
    return coverages.worked_out(Index) if isinstance(coverages, Roster) else Index(coverages)


def _plain(text: str) -> str:
    """One spelling for what is the same number: width, hyphens, spaces."""
    if text.isascii():
        return "".join(text.split()).lower()
    folded = unicodedata.normalize("NFKC", text)
    folded = "".join(c for c in folded if not c.isspace())
    return folded.translate(_HYPHENS).casefold()


def same_insurer(one: str, other: str) -> bool:
    """Whether two 保険者番号 are the same, padded with spaces, with zeros or not at all."""
    return _plain(one).lstrip("0") == _plain(other).lstrip("0")


def matches(c: Coverage, inquiry: Inquiry) -> bool:
    """Whether numbers and birthdate are those of a qualification; 枝番 only counts if given."""
    q = c.qualification
    branch = _plain(inquiry.branch).lstrip("0")
    return (
        c.patient.birthdate.isoformat().replace("-", "") == _plain(inquiry.birthdate)
        and _plain(q.number) == _plain(inquiry.number)
        and same_insurer(q.insurer_number, inquiry.insurer_number)
        and _plain(q.symbol) == _plain(inquiry.symbol)
        and (not inquiry.branch.strip() or branch == _plain(q.branch).lstrip("0"))
    )


def whose(inquiry: Inquiry, coverages: Sequence[Coverage]) -> tuple[str, ...]:
    """Names for whom an inquiry is about, as a schedule matches them.

    ``patient:KEY``, ``insurer:NUMBER``, ``municipality:NAME`` and ``plan:kokuho``; whether the
    system shows the qualification on that day does not matter.
    """
    index = index_of(coverages)
    found = index.of_person(inquiry.by_card) if inquiry.by_card else index.by_numbers(inquiry)
    names = [
        name
        for c in found
        for name in (
            f"patient:{c.patient.key}",
            f"insurer:{c.qualification.insurer_number.strip()}",
            f"municipality:{c.patient.municipality}",
            f"plan:{c.qualification.plan}",
        )
    ]
    if inquiry.insurer_number:
        names.append(f"insurer:{inquiry.insurer_number.strip()}")
    return tuple(dict.fromkeys(names))

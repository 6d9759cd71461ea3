"""What the system knows of people's qualifications, and so what it shows on a date.

A qualification is true from ``holds_from`` to ``holds_to``; the system learned of it on
``known_from`` and of its end on ``loss_known_from``. Without those two dates it learned at once:
on ``holds_from``, and on the day after ``holds_to``. Late registration, stale data, dual
validity and regression all follow from the dates; no rule here knows a trouble by name.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from onshi.eligibility.codes import Validity
from onshi.people.records import Coverage
from onshi.seams import Inquiry

__all__ = ["Finding", "Register", "matches", "same_insurer", "whose"]


class _State(enum.Enum):
    UNKNOWN = 0
    LOST = 1
    VALID = 2


@dataclass(frozen=True)
class Finding:
    """A validity and the qualifications that go with it; ``lost`` gives 喪失年月日 by position."""

    validity: Validity
    coverages: tuple[Coverage, ...] = ()
    lost: tuple[date | None, ...] = field(default=())


class Register:
    """Qualifications over time; ``today`` is the day of asking, to which knowledge is bound.

    ``coverages`` is read at every query, so that edits of a scene and of the date take effect.
    """

    def __init__(
        self, coverages: Callable[[], Sequence[Coverage]], *, today: Callable[[], date]
    ) -> None:
        self._coverages, self._today = coverages, today

    def by_person(self, key: str, on: date | None = None) -> Finding:
        """What the card shows: the newest valid qualification, else the one lost last.

        医療扶助 is shown beside a 医療保険 (facts: oqs page, section 2.3).
        """
        day = on or self._today()
        own = [c for c in self._coverages() if c.patient.key == key]
        valid = [c for c in own if self._state(c, day) is _State.VALID]
        if valid:
            medical = [c for c in valid if c.qualification.plan != "seiho"]
            aid = [c for c in valid if c.qualification.plan == "seiho"]
            found = tuple(part for part in (_newest(medical), _newest(aid)) if part is not None)
            return Finding(Validity.VALID, found, (None,) * len(found))
        lost = [c for c in own if self._state(c, day) is _State.LOST]
        if not lost:
            return Finding(Validity.NOT_FOUND)
        last = max(lost, key=lambda c: c.holds_to or date.min)
        return Finding(Validity.INVALID, (last,), (_loss_day(last),))

    def by_numbers(self, inquiry: Inquiry, on: date | None = None) -> Finding:
        """What 記号・番号 show: only the qualification they belong to, never its successor.

        A lost one is 3 when the system knows of a newer valid one, else 2 (004:L77). Numbers
        that fit several people are 5.
        """
        day = on or self._today()
        known = [
            (c, state)
            for c in self._coverages()
            if matches(c, inquiry) and (state := self._state(c, day)) is not _State.UNKNOWN
        ]
        people = {c.patient.key for c, _ in known}
        if not known:
            return Finding(Validity.NOT_FOUND)
        if len(people) > 1:
            several = tuple(c for c, _ in known)
            lost = tuple(None if s is _State.VALID else _loss_day(c) for c, s in known)
            return Finding(Validity.MULTIPLE, several, lost)
        valid = _newest([c for c, s in known if s is _State.VALID])
        if valid is not None:
            return Finding(Validity.VALID, (valid,), (None,))
        last = max((c for c, _ in known), key=lambda c: c.holds_to or date.min)
        newer = self.by_person(last.patient.key, day).validity is Validity.VALID
        validity = Validity.INVALID_NEW if newer else Validity.INVALID
        return Finding(validity, (last,), (_loss_day(last),))

    def _state(self, c: Coverage, day: date) -> _State:
        """What the system, as of today, says of one qualification on a day."""
        today = self._today()
        if today < (c.known_from or c.holds_from) or day < c.holds_from:
            return _State.UNKNOWN
        if c.holds_to is None or day <= c.holds_to:
            return _State.VALID
        learned = c.loss_known_from or c.holds_to + timedelta(days=1)
        return _State.LOST if today >= learned else _State.VALID


def _newest(coverages: Sequence[Coverage]) -> Coverage | None:
    return max(coverages, key=lambda c: c.holds_from) if coverages else None


def _loss_day(c: Coverage) -> date | None:
    """資格喪失年月日 is the day after the last one covered, unless the qualification says."""
    if c.qualification.lost is not None:
        return c.qualification.lost
    return c.holds_to + timedelta(days=1) if c.holds_to else None


def _plain(text: str) -> str:
    """One spelling for what is the same number: width, hyphens, spaces."""
    folded = unicodedata.normalize("NFKC", text)
    folded = "".join(c for c in folded if not c.isspace())
    return folded.translate(_HYPHENS).casefold()


_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


def same_insurer(one: str, other: str) -> bool:
    """Whether two 保険者番号 are the same, padded with spaces, with zeros or not at all."""
    return _plain(one).lstrip("0") == _plain(other).lstrip("0")


def matches(c: Coverage, inquiry: Inquiry) -> bool:
    """Whether numbers and birthdate are those of a qualification; 枝番 only counts if given."""
    q = c.qualification
    branch = _plain(inquiry.branch).lstrip("0")
    return (
        c.patient.birthdate.strftime("%Y%m%d") == _plain(inquiry.birthdate)
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
    found = [
        c
        for c in coverages
        if (c.patient.key == inquiry.by_card if inquiry.by_card else matches(c, inquiry))
    ]
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

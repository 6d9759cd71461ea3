"""What the system knows of people's qualifications, and so what it shows on a date.

A qualification is true from ``holds_from`` to ``holds_to``; the system learned of it on
``known_from`` and of its end on ``loss_known_from``. Without those two dates it learned at once:
on ``holds_from``, and on the day after ``holds_to``. Records deleted by mistake or filed under
somebody else's number have the dates of that. Late registration, stale data, dual validity,
regression and other people's data all follow from the dates; no rule here knows a trouble by name.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from onshi.eligibility.codes import Validity
from onshi.eligibility.index import index_of, matches, same_insurer, whose
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

    A question about another day is answered with what is known today about that day.
    ``coverages`` is read at every query, so that edits of a scene and of the date take effect.
    """

    def __init__(
        self, coverages: Callable[[], Sequence[Coverage]], *, today: Callable[[], date]
    ) -> None:
        self._coverages, self._today = coverages, today

    def by_person(self, key: str, on: date | None = None) -> Finding:
        """What the card shows: the valid qualification, else the one lost last.

        As far as the system knows several may be valid: all of them are shown, the one that
        began last at the end, and 医療扶助 beside a 医療保険 after it (facts: oqs page, section
        2.3: 0..n records). A renewal under the same numbers is one qualification.
        """
        today = self._today()
        day = on or today
        known = self._known(index_of(self._coverages()).of_person(key), day)
        own = [(c, state) for c, state in known if c.holder(today) == key]
        valid = [c for c, state in own if state is _State.VALID]
        if valid:
            medical = _each_newest([c for c in valid if c.qualification.plan != "seiho"])
            aid = _each_newest([c for c in valid if c.qualification.plan == "seiho"])
            found = (*medical, *aid[-1:])
            return Finding(Validity.VALID, found, (None,) * len(found))
        lost = [c for c, _ in own]
        if not lost:
            return Finding(Validity.NOT_FOUND)
        last = max(lost, key=lambda c: c.holds_to or date.min)
        return Finding(Validity.INVALID, (last,), (_loss_day(last),))

    def by_numbers(self, inquiry: Inquiry, on: date | None = None) -> Finding:
        """What 記号・番号 show: only the qualification they belong to, never its successor.

        A lost one is 3 when the system knows of a newer valid one, else 2 (004:L77). Numbers
        that fit several people are 5.
        """
        today = self._today()
        day = on or today
        known = self._known(index_of(self._coverages()).by_numbers(inquiry), day)
        if not known:
            return Finding(Validity.NOT_FOUND)
        if len({c.patient.key for c, _ in known}) > 1:
            several = tuple(c for c, _ in known)
            lost = tuple(None if s is _State.VALID else _loss_day(c) for c, s in known)
            return Finding(Validity.MULTIPLE, several, lost)
        valid = [c for c, state in known if state is _State.VALID]
        if valid:
            return Finding(Validity.VALID, (max(valid, key=_beginning),), (None,))
        last = max((c for c, _ in known), key=lambda c: c.holds_to or date.min)
        newer = self.by_person(last.holder(today), day).validity is Validity.VALID
        validity = Validity.INVALID_NEW if newer else Validity.INVALID
        return Finding(validity, (last,), (_loss_day(last),))

    def _known(self, coverages: Sequence[Coverage], day: date) -> list[tuple[Coverage, _State]]:
        """Those of which the system can say anything about the day, with what it says."""
        today = self._today()
        states = [(c, _state(c, day, today)) for c in coverages]
        return [(c, state) for c, state in states if state is not _State.UNKNOWN]


def _state(c: Coverage, day: date, today: date) -> _State:
    """What the system, as of today, says of one qualification on a day."""
    if not c.there(today) or day < c.holds_from:
        return _State.UNKNOWN
    if c.holds_to is None or day <= c.holds_to:
        return _State.VALID
    learned = c.loss_known_from or c.holds_to + timedelta(days=1)
    return _State.LOST if today >= learned else _State.VALID


def _beginning(c: Coverage) -> tuple[date, date]:
    return c.holds_from, c.known_from or c.holds_from


def _each_newest(coverages: Sequence[Coverage]) -> list[Coverage]:
    """The newest record under each insurer and number, by when they began."""
    newest: dict[tuple[str, str, str], Coverage] = {}
    for c in sorted(coverages, key=_beginning):
        q = c.qualification
        newest.pop(numbers := (q.insurer_number, q.symbol, q.number), None)
        newest[numbers] = c
    return list(newest.values())


def _loss_day(c: Coverage) -> date | None:
    """資格喪失年月日 is the day after the last one covered, unless the qualification says."""
    if c.qualification.lost is not None:
        return c.qualification.lost
    return c.holds_to + timedelta(days=1) if c.holds_to else None

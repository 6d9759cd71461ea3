"""A day at the desk as a survey has it: who comes, and what goes wrong, encounter by encounter.

The mix of troubles is the survey's. How often there is one at all (``rate``) is not known from any
of them and has to be given. What else a day needs and no source gives is editorial: the shares of
:data:`PEOPLE`, how many patients have been here before, how many come in a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from onshi.catalogue.records import Profile, Trouble
from onshi.catalogue.weights import Process, Weight, draw, site_share
from onshi.errors import OnshiError
from onshi.schedule import stream

__all__ = ["OUTAGES", "PEOPLE", "PER_DAY", "RETURNING", "Day", "Encounter"]

PEOPLE = {
    "shaho": 38,
    "kokuho": 22,
    "late_elderly": 20,
    "elderly": 9,
    "child": 7,
    "kyosai": 2,
    "seiho": 1,
    "jieitai": 1,
}
"""Kinds of patient in an ordinary day, of 100."""

RETURNING = 0.7
"""The share of patients who have been here before."""

PER_DAY = 40
"""Encounters in a day of eight hours: how long an outage is in patients."""

OUTAGES = {
    "1時間": (5, "000:L60"),
    "2時間": (10, "003:L570"),
    "3～4時間": (18, "000:L68"),
    "1日": (PER_DAY, "003:L706"),
    "3日": (3 * PER_DAY, "003:L584"),
}
"""How long an outage lasts, in encounters, and where it is told. The longer ones of the sources
(weeks, half a year) would fill a day many times over: they are on the timeline T19."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """One patient of the day. ``person``: the same number is the same person.

    ``outage`` numbers the outage of the site in which it falls, from 1; 0: none. With a trouble
    the patient is the one whom it is about.
    """

    number: int
    person: int
    kind: str
    first_visit: bool
    trouble: Trouble | None = None
    outage: int = 0

    @property
    def name(self) -> str:
        """``0042-card.cert_expired``."""
        return f"{self.number:04}-{self.trouble.id if self.trouble else 'untroubled'}"


@dataclass
class Day:
    """The encounters of a day, drawn by the seed; each time it is gone through, the same ones.

    ``rate`` is the expected share of encounters with a trouble, those in an outage among them.
    Raises :class:`OnshiError` for a rate that is no share, and for a mix that cannot be drawn.
    """

    profile: Profile
    encounters: int
    rate: float
    seed: int = 0
    weight: Weight = "a"

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise OnshiError(f"the rate is a share between 0 and 1, not {self.rate}")
        if self.encounters < 1:
            raise OnshiError(f"a day has one encounter or more, not {self.encounters}")
        site = self.rate * site_share(self.profile, self.weight)
        patients = sum(n for n, _ in OUTAGES.values()) / len(OUTAGES)
        # An outage that begins holds so many encounters; between outages the rest is drawn.
        self._begins = site / (patients * (1 - site) + site) if site < 1 else 1.0
        self._alone = (self.rate - site) / (1 - site) if site < 1 else 0.0

    def __iter__(self) -> Iterator[Encounter]:
        persons, outages, left = 0, 0, 0
        cause: Trouble | None = None
        for number in range(self.encounters):
            rng = stream(self.seed, f"encounter/{number}")
            if left == 0 and rng.random() < self._begins:
                left = rng.choice(list(OUTAGES.values()))[0]
                cause, outages = self._drawn(rng, "site"), outages + 1
            if left:
                left -= 1
                trouble, outage = cause, outages
            else:
                hit = rng.random() < self._alone
                trouble, outage = self._drawn(rng, "encounter") if hit else None, 0
            known = trouble is None and persons > 0 and rng.random() < RETURNING
            person = rng.randrange(persons) if known else persons
            persons += not known
            yield Encounter(number, person, self._kind(person), not known, trouble, outage)

    def _drawn(self, rng: Random, process: Process) -> Trouble:
        return draw(self.profile, rng, weight=self.weight, process=process)

    def _kind(self, person: int) -> str:
        rng = stream(self.seed, f"person/{person}")
        return rng.choices(list(PEOPLE), list(PEOPLE.values()))[0]

"""Who comes to a desk: one person after another, each with a key, a card and a qualification."""

from __future__ import annotations

from typing import Any

from onshi.clock import Clock
from onshi.people.generate import make_card_spec, make_person
from onshi.people.records import Coverage, Patient
from onshi.scene import Scene, Site

__all__ = ["Newcomers"]


class Newcomers:
    """The people of one desk, numbered as they are made: the same for the same seed."""

    def __init__(self, seed: int, clock: Clock, site: Site) -> None:
        self._seed, self._clock, self._site = seed, clock, site
        self._made = 0

    def scene(self, kind: str = "") -> Scene:
        """The next person at the desk, and nothing wrong. Raises :class:`UnknownNameError`."""
        key, on = f"p{self._made}", self._clock.today
        patient, coverage = self.person(kind=kind)
        return Scene(
            patient=patient,
            card=make_card_spec(self._seed, key, on),
            coverages=[coverage],
            truth=coverage,
            date=on,
            site=self._site,
            make_person=self.person,
        )

    def person(self, *, kind: str = "", **how: Any) -> tuple[Patient, Coverage]:
        """Somebody else, as :func:`~onshi.people.generate.make_person` makes them."""
        key = f"p{self._made}"
        self._made += 1
        how = {"insurers": self._site.insurers, **how}
        return make_person(self._seed, key, on=self._clock.today, kind=kind, **how)

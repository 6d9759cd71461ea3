"""A day of encounters against an integration, one desk after another: the same seed, the same day.

Knows nothing of pytest or of reports: it yields what came of each encounter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from onshi.catalogue.encounters import Encounter
from onshi.catalogue.records import Trouble
from onshi.desk import Desk
from onshi.errors import OnshiError
from onshi.outcomes import UNTROUBLED, Outcome, Row, row
from onshi.runner import Runner
from onshi.schedule import stream
from onshi.suite import applicable, desk_doors, judge_played, play

if TYPE_CHECKING:
    from onshi.catalogue.records import Profile
    from onshi.config import Config, Waiver
    from onshi.scene import Site

__all__ = ["Played", "Replay", "Tally", "person_seed", "visit_of"]

_EXAMPLES = 3


def visit_of(encounter: Encounter) -> Trouble:
    """What the encounter does to a product: its trouble, or a patient who is just received."""
    if encounter.trouble is not None:
        return encounter.trouble
    situation = msgspec.structs.replace(
        UNTROUBLED.situation, person=encounter.kind, first_visit=encounter.first_visit
    )
    return msgspec.structs.replace(UNTROUBLED, situation=situation)


def person_seed(seed: int, encounter: Encounter) -> int:
    """The seed of the desk at which this person is received: the same one, each time they come."""
    return stream(seed, f"person-seed/{encounter.person}").getrandbits(31) + 1


@dataclass(frozen=True)
class Played:
    """One encounter and what came of it; ``outcome`` is None where the product cannot meet it."""

    encounter: Encounter
    outcome: Outcome | None


@dataclass
class Replay:
    """Plays encounters. ``waivers`` are the vendor's known breaks."""

    profile: Profile
    seed: int
    config: Config
    integration: type
    site: Site
    waivers: tuple[Waiver, ...] = ()

    def run(self, day: Iterable[Encounter]) -> Iterator[Played]:
        """Each encounter in turn. The product is started once, and stopped at the end.

        Raises :class:`OnshiError` for unknown surfaces, and for settings that cannot be.
        """
        runner = Runner(self.integration, patience=self.config.patience)
        doors = desk_doors(runner.integration)
        surfaces = frozenset(runner.integration.surfaces)
        try:
            for encounter in day:
                trouble = visit_of(encounter)
                met = applicable(trouble, surfaces)
                yield Played(
                    encounter, self._play(encounter, trouble, runner, doors) if met else None
                )
        finally:
            runner.stop()

    def _play(
        self, encounter: Encounter, trouble: Trouble, runner: Runner, doors: tuple[str, ...]
    ) -> Outcome:
        config = self.config
        try:
            with Desk(
                profile=self.profile,
                seed=person_seed(self.seed, encounter),
                date=config.date,
                doors=doors,
                time_scale=config.time_scale,
                deadline=config.deadline,
                reader_name=config.reader_name,
                flavour=config.flavour,
                site=self.site,
                keep_contexts=True,
            ) as desk:
                played = play(desk, trouble, runner, config)
        except OnshiError as e:
            return Outcome(trouble, "failed", problem=str(e))
        return judge_played(played, trouble, self.waivers)


@dataclass
class Tally:
    """What came of a day, in rows that stay few: encounters with the same outcome share one.

    ``digest`` is of every encounter's journal: equal for equal days at the same product.
    """

    reproduce: str = ""
    hide: Callable[[str], str] | None = None
    rows: dict[tuple[str, ...], Row] = field(default_factory=dict)
    done: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, played: Played) -> Row | None:
        """Count one encounter; returns the row that it is counted in."""
        self.done += 1
        encounter, outcome = played.encounter, played.outcome
        if outcome is None:
            id = encounter.trouble.id if encounter.trouble else UNTROUBLED.id
            self.left_out[id] = self.left_out.get(id, 0) + 1
            return None
        self._hash.update(outcome.journal)
        broken = tuple(sorted({f.rule for f in outcome.broken()}))
        warned = tuple(sorted({f.rule for f in outcome.broken("warn")}))
        key = (outcome.trouble.id, outcome.result, "+".join(broken), "+".join(warned))
        known = self.rows.get(key)
        if known is not None:
            known.count += 1
            if len(known.also) < _EXAMPLES:
                known.also.append(encounter.name)
            return known
        again = f"{self.reproduce} --only {encounter.number}" if self.reproduce else ""
        self.rows[key] = row(outcome, again, encounter.name, self.hide)
        return self.rows[key]

    @property
    def digest(self) -> str:
        """Of the journals so far, in hex."""
        return self._hash.hexdigest()

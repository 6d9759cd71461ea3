"""One desk of the process: its addresses stay, its world is made anew for each visit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onshi.clock import parse_date
from onshi.course import Course
from onshi.desk import Desk
from onshi.errors import OnshiError
from onshi.outcomes import UNTROUBLED, Outcome, Row, conclude, row, waive
from onshi.scene import Site
from onshi.serve.errors import RefusedError

if TYPE_CHECKING:
    from onshi.catalogue.records import Profile, Trouble
    from onshi.config import Config, Waiver
    from onshi.endpoints import Endpoints
    from onshi.journal import Journal, Lane
    from onshi.pki import PkiFiles
    from onshi.seams import CardLink
    from onshi.trace import Trace
    from onshi.visit import Handling, Visit

__all__ = ["Counter", "House", "Sitting", "World"]


@dataclass(frozen=True)
class House:
    """What all desks of the process share. ``reproduce`` is the command that started it."""

    config: Config
    profile: Profile | None
    site: Site
    pki: PkiFiles
    waivers: tuple[Waiver, ...] = ()
    reproduce: str = ""


@dataclass(frozen=True)
class World:
    """How a desk is made: the settings of :class:`onshi.Desk`, and what goes on there from the
    start (``--trouble``, ``--fault``; ``card`` lies on the reader).
    """

    seed: int = 0
    date: str | None = None
    doors: tuple[str, ...] = ("pcsc", "webapi", "folder", "face")
    reader_name: str | None = None
    time_scale: float = 1.0
    deadline: float = 90.0
    troubles: tuple[str, ...] = ()
    faults: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = ()
    card: Callable[[Lane], CardLink] | None = None
    trace: Trace | None = None

    def on(self, day: Date) -> World:
        """The same on another date."""
        return replace(self, date=day.isoformat())


@dataclass
class Sitting:
    """A visit that a client holds: its place in a course. ``over`` says why it ended, or "".

    ``surfaces`` are the product's; the visit's own are those on which the trouble meets it.
    ``unknown``: the product has to be given its chart. ``error`` is what its adapter failed with,
    ``claim`` the file that was handed in last, ``returned`` the RECEIPTC.HEN that came.
    """

    id: str
    counter: Counter
    course: Course
    visit: Visit
    trouble: Trouble | None
    surfaces: frozenset[str]
    number: int
    following: bool = False
    unknown: bool = True
    over: str = ""
    error: str = ""
    claim: bytes | None = None
    returned: bytes = b""

    def check_open(self) -> None:
        """Raises :class:`RefusedError` (409) when the visit is over."""
        if self.over:
            raise RefusedError(409, f"visit {self.id} is over: {self.over}")


class Counter:
    """A desk and its set of endpoints. One call at a time: hold :attr:`lock`.

    ``env`` is what programs are told; it stays, since the addresses do.
    Raises :class:`OnshiError` (a port in use, a folder that cannot be written, a wrong date).
    """

    def __init__(self, key: str, house: House, world: World, endpoints: Endpoints) -> None:
        self.key, self.house, self.world = key, house, world
        self._endpoints = endpoints
        self.lock = threading.RLock()
        self.sitting: Sitting | None = None
        self.generation = 0
        try:
            self.desk = self._make()
            self._begin()
        except BaseException:
            endpoints.close()
            raise

    def _make(self) -> Desk:
        world = self.world
        self.generation += 1
        made = Desk(
            profile=self.house.profile,
            seed=world.seed,
            date=world.date,
            doors=world.doors,
            time="real",
            time_scale=world.time_scale,
            deadline=world.deadline,
            site=self.house.site,
            reader_name=world.reader_name,
            endpoints=self._endpoints,
            keep_contexts=True,
            card=world.card,
            trace=world.trace,
        )
        self.env = made.env()
        return made

    def _begin(self) -> None:
        for trouble in self.world.troubles:
            self.desk.apply(trouble)
        for name, when, settings in self.world.faults:
            self.desk.inject(name, when, **settings)
        self.env = self.desk.env()
        if self.world.card is not None and self.desk.tray.laid is None:
            raise OnshiError(
                f"{' and '.join(self.world.troubles)} brings another patient with a card of their "
                "own: a recorded card cannot be theirs; use the trouble's faults (--fault) with it"
            )

    def anew(self, **changes: Any) -> None:
        """Another world at the same addresses: no fault, no journal, no patient of the last one.

        Raises :class:`RefusedError`: 400 for what is not a date, and the desk stays as it is; 503
        where it cannot be had at the moment (a share that is away), until it is tried again.
        """
        if changes.get("date") is not None:
            try:
                parse_date(changes["date"])
            except ValueError as e:
                raise RefusedError(400, str(e), field="date") from None
        self.leave("the desk was made anew")
        self.world = replace(self.world, **changes)
        self.desk.close()
        try:
            self.desk = self._make()
        except OnshiError as e:
            raise RefusedError(503, str(e)) from None

    def reset(self, **changes: Any) -> None:
        """As at the start of the process, with another seed or date if given."""
        self.anew(**changes)
        self._begin()

    def leave(self, why: str) -> None:
        """Whoever is at the desk goes, unfinished."""
        if self.sitting is not None and not self.sitting.over:
            self.sitting.over = why
        self.sitting = None

    def close(self) -> None:
        """Close the desk and give its addresses back."""
        self.leave("the desk was closed")
        self.desk.close()
        self._endpoints.close()

    @property
    def journal(self) -> Journal:
        """The journal of the world that is there now."""
        return self.desk.journal

    @property
    def warnings(self) -> list[str]:
        """What does not work at the moment, in sentences."""
        return self._endpoints.warnings()

    # ---------------------------------------------------------------- visits
    def sit(
        self,
        id: str,
        trouble: Trouble | None,
        surfaces: frozenset[str],
        *,
        fresh: bool,
    ) -> Sitting:
        """The patient comes. A visit that was left unfinished here is over.

        Raises :class:`OnshiError` for a trouble that these surfaces cannot meet.
        """
        if trouble is not None and trouble.why_not:
            raise OnshiError(f"{trouble.id} cannot be brought about here: {trouble.why_not}")
        if trouble is not None and not surfaces & set(trouble.surfaces):
            raise OnshiError(
                f"{trouble.id} cannot meet a product that uses {', '.join(sorted(surfaces))}: "
                f"it takes place on {', '.join(trouble.surfaces)}"
            )
        self.leave(f"visit {id} began at desk {self.key}")
        if fresh:
            self.anew()
        hit = trouble.hit(surfaces) if trouble is not None else surfaces
        config = self.house.config
        course = Course(self.desk, trouble, hit, limits=config.limits, levels=config.rules)
        assert course.visit is not None
        self.sitting = Sitting(id, self, course, course.visit, trouble, surfaces, 1)
        return self.sitting

    def go_on(self, id: str, handled: Sitting, visit: Visit) -> Sitting:
        """The next visit of the same course."""
        following = handled.course.following
        number = handled.number if following else handled.number + 1
        self.sitting = Sitting(
            id,
            self,
            handled.course,
            visit,
            handled.trouble,
            handled.surfaces,
            number,
            following,
            unknown=handled.course.unknown,
            returned=handled.course.returned,
        )
        return self.sitting

    def handled(
        self,
        sitting: Sitting,
        handling: Handling,
        *,
        alive: bool | None,
        returned: bool,
        error: str = "",
    ) -> Visit | None:
        """The product is done with this visit; the next one of its course, or None."""
        sitting.check_open()
        sitting.over = "its handling was reported"
        self.sitting = None
        sitting.error = error
        if returned and not error:
            return sitting.course.handled(handling, alive=alive, claim=sitting.claim)
        sitting.course.never_returned()
        return None

    def verdict(self, sitting: Sitting, trouble: Trouble | None) -> Row:
        """The finished course by the rules of ``trouble``, with the waivers taken into account."""
        outcome = (
            Outcome(trouble or UNTROUBLED, "failed", problem=f"the adapter failed: {sitting.error}")
            if sitting.error
            else conclude(sitting.course, trouble or UNTROUBLED)
        )
        if trouble is not None and trouble is not sitting.trouble and sitting.trouble is not None:
            outcome.same_as = sitting.trouble.id
        again = self.house.reproduce
        if again and trouble is not None:
            again += (
                f' --seed={self.world.seed}, POST /desks/0/visits {{"trouble": "{trouble.id}"}}'
            )
        return row(waive(outcome, self.house.waivers), again, hide=self.house.site.codes.hide)


def folder_of(text: str | None) -> Path | None:
    """A folder named in a body or an option, absolute."""
    return Path(text).expanduser().absolute() if text else None

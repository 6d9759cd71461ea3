"""The process behind the control API, without HTTP: desks by key, visits by id, verdicts kept."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from onshi.catalogue.load import find_trouble
from onshi.catalogue.records import Trouble
from onshi.endpoints import Endpoints
from onshi.errors import CannotDeliverError
from onshi.outcomes import Row
from onshi.serve.counter import Counter, House, Sitting, World, folder_of
from onshi.serve.errors import RefusedError, blaming
from onshi.serve.ledger import Ledger
from onshi.visit import Handling

__all__ = ["FIRST", "Hub"]

FIRST = "0"
_MOST_DESKS = 200
_KEPT_SITTINGS = 200


class Hub:
    """Every desk of the process. ``make_endpoints`` gives a further desk addresses of its own.

    The desk ``0`` is there from the start; ``endpoints`` are its addresses. Raises
    :class:`OnshiError` when it cannot be made.
    """

    def __init__(
        self,
        house: House,
        world: World,
        endpoints: Endpoints,
        ledger: Ledger,
        make_endpoints: Callable[..., Endpoints] = Endpoints,
    ) -> None:
        self.house, self.ledger = house, ledger
        self._world, self._make_endpoints = world, make_endpoints
        self._lock = threading.Lock()
        self._numbers, self._visits = itertools.count(1), itertools.count(1)
        self._sittings: dict[str, Sitting] = {}
        self.closing = False
        self._counters = {FIRST: Counter(FIRST, house, world, endpoints)}

    # ----------------------------------------------------------------- desks
    @property
    def desks(self) -> list[Counter]:
        """The desks, oldest first."""
        with self._lock:
            return list(self._counters.values())

    def desk(self, key: str) -> Counter:
        """The desk of that key. Raises :class:`RefusedError` (404)."""
        with self._lock:
            found = self._counters.get(key)
            known = ", ".join(self._counters)
        if found is None:
            raise RefusedError(404, f"there is no desk {key!r}; there are: {known}")
        return found

    def open(self, *, folder: str | None = None, **settings: Any) -> Counter:
        """A further desk: as the first, but for ``settings``, and free of its troubles.

        Raises :class:`OnshiError`.
        """
        with self._lock:
            if len(self._counters) >= _MOST_DESKS:
                raise RefusedError(409, f"{_MOST_DESKS} desks are open: close one first")
            key = str(next(self._numbers))
        world = replace(self._world, troubles=(), faults=(), card=None, trace=None, **settings)
        if "doors" not in settings:
            world = replace(world, doors=tuple("pcsc" if d == "vpcd" else d for d in world.doors))
        made = Counter(key, self.house, world, self._make_endpoints(folder=folder_of(folder)))
        with self._lock:
            self._counters[key] = made
        return made

    def close_desk(self, key: str) -> None:
        """Close a further desk. Raises :class:`RefusedError`; the first stays."""
        counter = self.desk(key)
        if key == FIRST:
            raise RefusedError(409, "the desk 0 stays as long as the process: reset it instead")
        with self._lock:
            self._counters.pop(key, None)
        with counter.lock:
            counter.close()

    def close(self) -> None:
        """Close every desk. Idempotent."""
        self.closing = True
        with self._lock:
            counters, self._counters = list(self._counters.values()), {}
        for counter in reversed(counters):
            with counter.lock:
                counter.close()

    def warnings(self, counter: Counter) -> list[str]:
        """What does not work at the moment at this desk, in sentences."""
        return [*counter.warnings, *filter(None, [self.ledger.trouble])]

    # ---------------------------------------------------------------- visits
    def visit(
        self,
        key: str,
        trouble: str | None,
        surfaces: Iterable[str] | None,
        fresh: bool | None,
    ) -> Sitting:
        """A patient comes to a desk. Raises :class:`RefusedError`, :class:`OnshiError`."""
        counter = self.desk(key)
        with blaming("trouble"):
            found = find_trouble(trouble) if trouble is not None else None
        with counter.lock, blaming("trouble"):
            wanted = self._surfaces(counter, surfaces)
            self.ledger.met_with(wanted)
            anew = fresh if fresh is not None else found is not None
            try:
                sitting = counter.sit(self._next_id(), found, wanted, fresh=anew)
            except CannotDeliverError as e:
                if found is not None:
                    self.ledger.refused(found, str(e))
                raise
            self._remember(sitting)
        return sitting

    @staticmethod
    def _surfaces(counter: Counter, given: Iterable[str] | None) -> frozenset[str]:
        has = counter.desk.surfaces
        if given is None:
            return has
        wanted = frozenset(given)
        if not wanted:
            known = "pcsc, webapi, folder, face"
            raise RefusedError(400, f"name one or more of {known}", field="surfaces")
        if wanted - has:
            raise RefusedError(
                409,
                f"desk {counter.key} has no {', '.join(sorted(wanted - has))}; "
                f"it has {', '.join(sorted(has))}",
                field="surfaces",
            )
        return wanted

    def sitting(self, id: str) -> Sitting:
        """The visit of that id, open or over. Raises :class:`RefusedError` (404)."""
        with self._lock:
            found = self._sittings.get(id)
        if found is None:
            raise RefusedError(404, f"there is no visit {id!r}: POST /desks/0/visits begins one")
        return found

    def _next_id(self) -> str:
        with self._lock:
            return str(next(self._visits))

    def _remember(self, sitting: Sitting) -> None:
        with self._lock:
            self._sittings[sitting.id] = sitting
            while len(self._sittings) > _KEPT_SITTINGS:
                self._sittings.pop(next(iter(self._sittings)))

    def handled(
        self,
        sitting: Sitting,
        handling: Handling,
        *,
        alive: bool | None,
        returned: bool,
        error: str = "",
    ) -> tuple[Sitting | None, list[Row]]:
        """What the product did: the visit that goes on, or the verdicts of the finished course.

        The first verdict is of the visit's own trouble; then come those that do the same to a
        product with these surfaces. Raises :class:`RefusedError` (409) for a visit that is over.
        """
        counter = sitting.counter
        with counter.lock:
            try:
                visit = counter.handled(
                    sitting, handling, alive=alive, returned=returned, error=error
                )
            except CannotDeliverError as e:
                if sitting.trouble is not None:
                    self.ledger.refused(sitting.trouble, str(e))
                raise
            if visit is not None:
                following = counter.go_on(self._next_id(), sitting, visit)
                self._remember(following)
                return following, []
            own = sitting.trouble
            troubles = [own, *self._alike(own, sitting.surfaces)]
            rows = [counter.verdict(sitting, t) for t in troubles]
            self.ledger.keep(rows, counter.journal)
        return None, rows

    def _alike(self, trouble: Trouble | None, surfaces: frozenset[str]) -> list[Trouble]:
        """The other troubles of the profiles that do the same to a product."""
        if trouble is None:
            return []
        key = trouble.stimulus(surfaces)
        return [
            t
            for t in self.ledger.troubles
            if t is not trouble and set(t.surfaces) & surfaces and t.stimulus(surfaces) == key
        ]

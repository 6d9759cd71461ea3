"""What a fault is: frozen settings, a seam, one method; and its per-desk run state."""

from __future__ import annotations

import threading
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, NoReturn, TypeVar

import msgspec

from onshi.clock import Clock
from onshi.journal import Lane
from onshi.scene import Scene, Site
from onshi.schedule import Runtime, Schedule
from onshi.seams import Hands, HangUpError, Seam

__all__ = ["METHODS", "Fault", "FaultRun", "fault", "registered"]

METHODS: dict[Seam, tuple[str, ...]] = {
    Seam.CARD: ("transmit", "power"),
    Seam.READER: ("call",),
    Seam.TERMINAL: ("present",),
    Seam.INQUIRY: ("answer",),
    Seam.WIRE: ("at",),
    Seam.FOLDER: ("deliver", "prepare", "leave"),
    Seam.SCENE: ("edit",),
    Seam.HANDS: ("move",),
}
"""The method a fault of each seam implements (a card fault: one or both)."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one fault. Subclasses implement the method of their seam:

    - card: ``transmit(apdu, link, run) -> bytes`` and/or ``power(action, link, run) -> bytes``
    - reader: ``call(name, client, args, calls, run) -> tuple`` (first value: return code)
    - terminal: ``present(patient, card, terminal, run) -> TerminalOutcome``
    - inquiry: ``answer(inquiry, inquiries, run) -> Answer``
    - wire: ``at(event, run) -> WireAction | None``, ``shuts(run) -> (services, how)`` when the
      listeners are open and the fault at work
    - folder: ``deliver(delivery, folder, run) -> list[Step]``, ``prepare(run) -> list[Step]``
      when the folder is open and the fault at work, and ``leave`` = True where requests may be
      left lying
    - scene: ``edit(scene, run) -> None``
    - hands: ``move(move, hands, run) -> None``

    ``OPERATIONS`` names what the fault is about: without a ``match`` in the schedule only these
    count. ``SHOWS``: a card that lies in the reader looks different before any program speaks to
    it. ``INSTEAD`` names the fault that a trouble makes do with where this one cannot be
    delivered, on another system say.
    """

    NAME: ClassVar[str] = ""
    SEAM: ClassVar[Seam]
    TITLE: ClassVar[str] = ""
    DOORS: ClassVar[frozenset[str] | None] = None
    OPERATIONS: ClassVar[frozenset[str] | None] = None
    SHOWS: ClassVar[bool] = False
    INSTEAD: ClassVar[str] = ""

    def check(self, schedule: Schedule) -> None:
        """Refuse a schedule that no program would ever see: raises CannotDeliverError."""

    def check_doors(self, schedule: Schedule, doors: frozenset[str]) -> None:
        """The same where it depends on ``doors``, those that the desk has or may open."""

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        """Whether this operation, known by ``names``, meets the fault whatever its schedule says.

        None, which is what most faults say: as scheduled. True: it goes on from an earlier
        strike, and is not counted again. False: this one cannot be meant and does not count.
        Asked at every operation of the seam (but the wire's and the scene's), so that a fault
        may follow what happens.
        """
        return None


registered: dict[str, type[Fault]] = {}
F = TypeVar("F", bound=type[Fault])


def fault(
    name: str, seam: Seam, *, title: str, doors: frozenset[str] | None = None
) -> Callable[[F], F]:
    """Register a fault class under ``name``; ``doors`` limits where it can be delivered.

    ``title`` is Japanese, for reports. Raises TypeError when the class lacks its seam's method.
    """

    def register(cls: F) -> F:
        if not any(callable(getattr(cls, m, None)) for m in METHODS[seam]):
            raise TypeError(f"{cls.__name__} needs a method {' or '.join(METHODS[seam])}")
        cls.NAME, cls.SEAM, cls.TITLE, cls.DOORS = name, seam, title, doors
        registered[name] = cls
        return cls

    return register


class FaultRun:
    """The state of one fault at one desk: counts, seeded stream, ways to wait and to act.

    ``insertions``: how often a card was put into a reader again since the fault was injected.
    ``doors``: those that the desk had, or might open, when the fault was injected.
    ``over``: the fault was taken back, or the desk has closed; what it began may not go on.
    ``about_somebody``: its schedule asks for a patient, an insurer or a municipality.
    """

    def __init__(
        self,
        fault: Fault,
        runtime: Runtime,
        *,
        clock: Clock,
        lane: Lane,
        hands: Hands | None,
        deadline: float,
        site: Site | None = None,
        scene: Scene | None = None,
        doors: frozenset[str] = frozenset(),
    ) -> None:
        self.doors = doors
        self.site = site or Site()
        self._scene = scene
        self.over = False
        self._endings: list[Callable[[], None]] = []
        self.fault, self.runtime, self.clock, self.lane = fault, runtime, clock, lane
        self._hands, self.deadline = hands, deadline
        self.state: dict[str, Any] = {}
        self.insertions = 0
        self._lock = threading.Lock()
        self.about_somebody = ":" in runtime.schedule.match

    @property
    def rng(self) -> Random:
        """This fault's own seeded stream."""
        return self.runtime.rng

    @property
    def hands(self) -> Hands:
        """Insert, remove, plug, unplug. Raises RuntimeError at a desk without a reader."""
        if self._hands is None:
            raise RuntimeError("this desk has no reader")
        return self._hands

    @property
    def scene(self) -> Scene:
        """Who is at the desk, and what the system knows. Raises RuntimeError without a desk."""
        if self._scene is None:
            raise RuntimeError("there is no desk")
        return self._scene

    def at_end(self, then: Callable[[], None]) -> None:
        """Call ``then`` when the fault is taken back or the desk closes, once."""
        self._endings.append(then)

    def end(self) -> None:
        """The fault is taken back. Idempotent."""
        self.over = True
        while self._endings:
            self._endings.pop()()

    def concerns(self, names: tuple[str, ...]) -> bool:
        """Whether an operation known by ``names`` counts at all for this fault."""
        about = self.fault.OPERATIONS
        return about is None or bool(self.runtime.schedule.match) or not about.isdisjoint(names)

    def strikes(self, method: str, names: tuple[str, ...]) -> bool:
        """Whether the fault meets the operation known by ``names``; it counts if it may.

        A fault without the seam's ``method`` for it meets none, and still sees it go by.
        """
        said = self.fault.in_force(names, self)
        if not hasattr(self.fault, method):
            return False
        return said if said is not None else self.concerns(names) and self.due(*names)

    def due(self, *names: str) -> bool:
        """Count one operation and say whether the fault strikes; a strike is journalled."""
        with self._lock:
            struck = self.runtime.due(names, self.clock.today)
            if struck:
                self.lane.event(
                    "fault", name=self.fault.NAME, at=names[0], operation=self.runtime.count
                )
        return struck

    def happened(self, what: str) -> None:
        """``reset`` or ``reinsert`` happened; ``insertions`` counts the latter."""
        with self._lock:
            self.insertions += what == "reinsert"
            self.runtime.happened(what)

    def wait(self, seconds: float) -> None:
        """Simulated delay; interruptible, never past the deadline."""
        self.lane.passed(min(seconds, self.deadline))
        self.clock.wait(min(seconds, self.deadline))

    def hang(self) -> NoReturn:
        """Never answer: until the deadline or the end of the desk, then the connection drops.

        In virtual time that is at once. Raises :class:`HangUpError` or Released, always.
        """
        self.wait(self.deadline)
        raise HangUpError

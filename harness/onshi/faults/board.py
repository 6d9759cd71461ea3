"""Where a desk keeps its faults: each seam's chain of wrappers.

With no fault on a seam its chain is one attribute test long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from onshi.card.explain import INSTRUCTIONS
from onshi.clock import Clock
from onshi.eligibility.register import whose
from onshi.errors import CannotDeliverError, OnshiError
from onshi.faults.base import Fault, FaultRun
from onshi.journal import Journal
from onshi.people.records import CardSpec, Patient
from onshi.scene import Scene, Site
from onshi.schedule import ALWAYS, Runtime, Schedule, stream
from onshi.seams import (
    Answer,
    CardLink,
    Delivery,
    Ground,
    Hands,
    Inquiries,
    Inquiry,
    Move,
    Ports,
    Power,
    ReaderCalls,
    Seam,
    Step,
    Terminal,
    TerminalOutcome,
    WireAction,
    WireEvent,
)

__all__ = ["FaultBoard", "apdu_names"]

_INS_NAMES = {ins: words.replace(" ", "_") for ins, words in INSTRUCTIONS.items()}


_READER_DOORS = frozenset({"pcsc", "pyscard"})
"""Doors where SCard calls are answered by us."""


def apdu_names(apdu: bytes) -> tuple[str, str]:
    """The names by which a schedule can match an APDU: instruction, then hex.

    A VERIFY without data only asks for the tries left and is called ``VERIFY_QUERY``.
    """
    name = _INS_NAMES.get(apdu[1], f"INS_{apdu[1]:02X}") if len(apdu) > 1 else "SHORT"
    if name == "VERIFY" and len(apdu) <= 5:
        name = "VERIFY_QUERY"
    return name, apdu.hex().upper()


class FaultBoard:
    """The faults of one desk, by seam, in the order in which they were injected.

    ``doors`` are those that the desk has or may open: what none of them can deliver is refused.
    """

    def __init__(
        self, *, seed: int, clock: Clock, journal: Journal, deadline: float, doors: frozenset[str]
    ) -> None:
        self._seed, self._clock, self._journal = seed, clock, journal
        self._deadline, self.doors = deadline, doors
        self._runs: dict[Seam, list[FaultRun]] = {seam: [] for seam in Seam}
        self._made = 0
        self.hands: Hands | None = None
        self.site = Site()
        self.scene: Scene | None = None
        self._ground: Ground | None = None
        self._ports: Ports | None = None

    def add(self, fault: Fault, schedule: Schedule = ALWAYS) -> FaultRun:
        """Put a fault to work. Raises CannotDeliverError where no door can deliver it."""
        if fault.DOORS is not None and not fault.DOORS & self.doors:
            raise CannotDeliverError(
                f"fault {fault.NAME} needs one of the doors {', '.join(sorted(fault.DOORS))}; "
                f"this desk has {', '.join(sorted(self.doors)) or 'none'}"
            )
        if fault.SEAM is Seam.READER and "vpcd" in self.doors and not _READER_DOORS & self.doors:
            raise CannotDeliverError(
                f"fault {fault.NAME} cannot be delivered through vpcd: the PC/SC service on the "
                "other side is a real one and makes its own answers; use a card fault, or the "
                "door pcsc"
            )
        fault.check(schedule)
        fault.check_doors(schedule, self.doors)
        run = FaultRun(
            fault,
            Runtime(schedule, stream(self._seed, f"{fault.NAME}#{self._made}")),
            clock=self._clock,
            lane=self._journal.lane("fault"),
            hands=self.hands,
            deadline=self._deadline,
            site=self.site,
            scene=self.scene,
            doors=self.doors,
        )
        self._made += 1
        self._runs[fault.SEAM] = [*self._runs[fault.SEAM], run]
        if fault.SEAM is Seam.FOLDER:
            self._prepare(run)
        if fault.SEAM is Seam.WIRE:
            self._shut(run)
        return run

    def remove(self, run: FaultRun) -> None:
        """Take a fault out; what it changed in a scene stays."""
        seam = run.fault.SEAM
        self._runs[seam] = [r for r in self._runs[seam] if r is not run]
        run.end()
        if seam is Seam.FOLDER and self._ground is not None:
            self._ground.tidy()

    def clear(self) -> None:
        """Take every fault out."""
        for seam in Seam:
            gone, self._runs[seam] = self._runs[seam], []
            for run in gone:
                run.end()
            if gone and seam is Seam.FOLDER and self._ground is not None:
                self._ground.tidy()

    def happened(self, what: str) -> None:
        """Tell every fault that ``reset`` or ``reinsert`` happened."""
        for runs in self._runs.values():
            for run in runs:
                run.happened(what)

    def edit(self, run: FaultRun, scene: Scene, *, again: bool = False) -> None:
        """Apply a scene fault at once; ``again``: on a scene that was put back, uncounted."""
        if again or run.due("edit"):
            run.fault.edit(scene, run)  # type: ignore[attr-defined]

    def _whose(self, inquiry: Inquiry | None) -> tuple[str, ...]:
        """The names by which a schedule can match those whom an inquiry is about."""
        if inquiry is None or self.scene is None:
            return ()
        return whose(inquiry, self.scene.coverages)

    # ---------------------------------------------------------------- chains
    def _chain(
        self, seam: Seam, method: str, names: tuple[str, ...], last: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Wrap ``last`` with the faults that are due; the first injected is outermost."""
        call = last
        for run in reversed(self._runs[seam]):
            if run.strikes(method, names):
                call = _Bound(getattr(run.fault, method), method, call, run)
        return call

    def card(self, link: CardLink) -> CardLink:
        return _Card(self, link)

    def reader(self, calls: ReaderCalls) -> ReaderCalls:
        return _Reader(self, calls)

    def moved(self, hands: Hands) -> Hands:
        """The hands of people, who make mistakes; faults themselves use the bare ones."""
        return _Hands(self, hands)

    def inquiries(self, inquiries: Inquiries) -> Inquiries:
        return _Inquiries(self, inquiries)

    def terminal(self, terminal: Terminal) -> Terminal:
        return _Terminal(self, terminal)

    def at(self, event: WireEvent) -> WireAction | None:
        """The wire seam: delays add up; the first fault with something else to do decides."""
        delay = 0.0
        for run in self._runs[Seam.WIRE]:
            stage = getattr(run.fault, "STAGE", event.stage)
            if stage != event.stage:
                continue
            names: tuple[str, ...] = (event.stage, event.path, event.service)
            if run.about_somebody and event.asked is not None:
                names += self._whose(event.asked())
            if not run.concerns(names) or not run.due(*names):
                continue
            action: WireAction | None = run.fault.at(event, run)  # type: ignore[attr-defined]
            if action is None:
                continue
            delay += action.delay
            if not action.only_delays:
                return msgspec.structs.replace(action, delay=delay)
        return WireAction(delay=delay) if delay else None

    def folder_opened(self, ground: Ground | None) -> None:
        """A folder is open: what faults do there of themselves is done. None: it is no more."""
        self._ground = ground
        for run in self._runs[Seam.FOLDER] if ground else ():
            self._prepare(run)

    def _prepare(self, run: FaultRun) -> None:
        if self._ground is not None and run.strikes("prepare", ("open",)):
            run.at_end(self._ground.lay(run.fault.prepare(run)))  # type: ignore[attr-defined]

    def ports_opened(self, ports: Ports | None) -> None:
        """Listeners are open: what shuts them does so. None: they are no more."""
        self._ports = ports
        for run in self._runs[Seam.WIRE] if ports else ():
            self._shut(run)

    def _shut(self, run: FaultRun) -> None:
        """Raises OnshiError, and takes the fault out, where the machine cannot."""
        if self._ports is None or not run.strikes("shuts", ("open", "auth", "search")):
            return
        try:
            run.at_end(self._ports.shut(*run.fault.shuts(run)))  # type: ignore[attr-defined]
        except OnshiError:
            self.remove(run)
            raise

    def takes(self, name: str, kind: str, inquiry: Inquiry | None) -> bool:
        """Whether a request is taken from the folder, or left lying there."""
        names: tuple[str, ...] = ("req", name, kind)
        if any(run.about_somebody for run in self._runs[Seam.FOLDER]):
            names += self._whose(inquiry)
        return not any(run.strikes("leave", names) for run in self._runs[Seam.FOLDER])

    def deliver(self, delivery: Delivery) -> list[Step]:
        """The folder seam; without a fault the file appears whole, by rename."""
        if not self._runs[Seam.FOLDER]:
            return delivery.whole()
        names: tuple[str, ...] = (delivery.where, delivery.name, delivery.kind)
        if any(run.about_somebody for run in self._runs[Seam.FOLDER]):
            names += self._whose(delivery.inquiry)
        steps: list[Step] = self._chain(Seam.FOLDER, "deliver", names, Delivery.whole)(delivery)
        return steps


class _Bound:
    """One fault's method with the rest of the chain behind it, shaped like the seam itself."""

    def __init__(
        self, work: Callable[..., Any], method: str, rest: Callable[..., Any], run: FaultRun
    ) -> None:
        self._work, self._rest, self._run = work, rest, run
        setattr(self, _SEAM_METHOD[method], rest)

    def __call__(self, *args: Any) -> Any:
        return self._work(*args, self, self._run)


_SEAM_METHOD = {
    "transmit": "transmit",
    "power": "power",
    "call": "call",
    "answer": "ask",
    "present": "present",
    "deliver": "deliver",
    "move": "make",
}


class _Card:
    def __init__(self, board: FaultBoard, link: CardLink) -> None:
        self._board, self._link = board, link
        self._runs = board._runs

    def power(self, action: Power) -> bytes:
        if not self._runs[Seam.CARD]:
            return self._link.power(action)
        chain = self._board._chain(Seam.CARD, "power", (f"POWER_{action.name}",), self._link.power)
        result: bytes = chain(action)
        return result

    def transmit(self, apdu: bytes) -> bytes:
        if not self._runs[Seam.CARD]:
            return self._link.transmit(apdu)
        chain = self._board._chain(Seam.CARD, "transmit", apdu_names(apdu), self._link.transmit)
        result: bytes = chain(apdu)
        return result


class _Reader:
    def __init__(self, board: FaultBoard, calls: ReaderCalls) -> None:
        self._board, self._call, self._runs = board, calls.call, board._runs

    def call(self, name: str, client: Any, /, *args: Any) -> tuple[Any, ...]:
        if not self._runs[Seam.READER]:
            return self._call(name, client, *args)

        def last(name: str, client: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
            return self._call(name, client, *args)

        names = (name, *apdu_names(args[2])) if name == "Transmit" else (name,)
        chain = self._board._chain(Seam.READER, "call", names, last)
        result: tuple[Any, ...] = chain(name, client, args)
        return result


class _Hands:
    def __init__(self, board: FaultBoard, hands: Hands) -> None:
        self._board, self._hands = board, hands

    def insert(self, card: CardLink | None = None, reader: str | None = None) -> None:
        self._make(Move("insert", reader, card))

    def remove(self, reader: str | None = None) -> None:
        self._make(Move("remove", reader))

    def plug(self, reader: str | None = None) -> None:
        self._make(Move("plug", reader))

    def unplug(self, reader: str | None = None) -> None:
        self._make(Move("unplug", reader))

    def _make(self, move: Move) -> None:
        self._board._chain(Seam.HANDS, "move", (move.action,), self._bare)(move)

    def _bare(self, move: Move) -> None:
        if move.action == "insert":
            self._hands.insert(move.card, move.reader)
        else:
            getattr(self._hands, move.action)(move.reader)


class _Inquiries:
    def __init__(self, board: FaultBoard, inquiries: Inquiries) -> None:
        self._board, self._inquiries = board, inquiries

    def ask(self, inquiry: Inquiry) -> Answer:
        names: tuple[str, ...] = ("ask", "by_card" if inquiry.by_card else "by_numbers")
        if any(run.about_somebody for run in self._board._runs[Seam.INQUIRY]):
            names += self._board._whose(inquiry)
        chain = self._board._chain(Seam.INQUIRY, "answer", names, self._inquiries.ask)
        result: Answer = chain(inquiry)
        return result


class _Terminal:
    def __init__(self, board: FaultBoard, terminal: Terminal) -> None:
        self._board, self._terminal = board, terminal

    def present(self, patient: Patient, card: CardSpec) -> TerminalOutcome:
        chain = self._board._chain(Seam.TERMINAL, "present", ("present",), self._terminal.present)
        result: TerminalOutcome = chain(patient, card)
        return result

"""The faults put to work at one desk, and the way back: what they did to the scene is undone."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from onshi.errors import CannotDeliverError, OnshiError, UnknownNameError
from onshi.faults import FaultRun, make_fault
from onshi.scene import Scene
from onshi.schedule import ALWAYS, Schedule
from onshi.seams import Seam

if TYPE_CHECKING:
    from onshi.desk import Desk
    from onshi.faults import FaultBoard

__all__ = ["Injections"]

_DATA = ("patient", "card", "coverages", "truth", "other_times", "others", "medical")
"""What of a scene is its data."""


@dataclass
class _Injection:
    """One fault; ``before`` is the scene as it was, where the fault edited it.

    ``chance`` is the state of its stream then: the same edit can be made again.
    """

    run: FaultRun
    trouble: str
    before: Scene | None
    chance: Any = None

    def edit_again(self, board: FaultBoard, scene: Scene) -> None:
        """The same edit of a scene that was put back, as on the day on which it was made."""
        assert self.before is not None
        today = scene.date
        scene.move(self.before.date)
        self.before = _copied(scene)
        self.run.rng.setstate(self.chance)
        board.edit(self.run, scene, again=True)
        scene.move(today)


class Injections:
    """What was injected at a desk, in order. Changes the desk's scene in place, as faults do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: list[_Injection] = []
        self.trouble = ""

    def inject(
        self, fault: str, when: Schedule | Mapping[str, Any] | None, settings: dict[str, Any]
    ) -> FaultRun:
        """See :meth:`onshi.Desk.inject`. It belongs to :attr:`trouble`, if that is set."""
        desk, made = self._desk, make_fault(fault, settings)
        run = desk.board.add(made, _schedule(fault, when))
        desk.journal.only("desk").event("inject", fault=fault)
        injection = _Injection(run, self.trouble, None)
        self._made.append(injection)
        if made.SEAM is Seam.SCENE:
            self._edit(injection)
            try:
                desk.show_card_again()
            except CannotDeliverError:
                self._lift([injection], "fault here", fault)
                raise
        elif made.SEAM is Seam.HANDS and "insert" in (made.OPERATIONS or ()):
            desk.tray.anew = True
        self._look_again(run)
        return run

    def _look_again(self, run: FaultRun) -> None:
        """Show a card as it looks by now, where that takes no count of the fault's schedule.

        A card that a program is connected to stays as it is until it is powered again.
        """
        always = msgspec.structs.replace(run.runtime.schedule, match="") == ALWAYS
        if run.fault.SHOWS and always and not any(s.sharing for s in self._desk.reader.states()):
            self._desk.show_card_again()

    def _edit(self, injection: _Injection) -> None:
        """Edit the scene; a fault that cannot leaves nothing behind. Raises :class:`OnshiError`."""
        board, scene = self._desk.board, self._desk.scene
        injection.before, injection.chance = _copied(scene), injection.run.rng.getstate()
        try:
            board.edit(injection.run, scene)
        except OnshiError:
            board.remove(injection.run)
            self._made.remove(injection)
            _restore(scene, injection.before)
            raise

    @property
    def faults(self) -> list[str]:
        """The names of the faults at work, in order."""
        return [i.run.fault.NAME for i in self._made]

    @property
    def troubles(self) -> list[str]:
        """The ids of the troubles at work, in order."""
        return list(dict.fromkeys(i.trouble for i in self._made if i.trouble))

    def lift_fault(self, name: str) -> None:
        """Take back every fault of this name. Raises :class:`UnknownNameError`."""
        self._lift([i for i in self._made if name == i.run.fault.NAME], "fault here", name)

    def lift_trouble(self, id: str) -> None:
        """Take back a trouble's faults. Raises :class:`UnknownNameError`.

        The person whom it brought stays at the desk, and so does the date.
        """
        self._lift([i for i in self._made if i.trouble == id], "trouble here", id)

    def _lift(self, gone: list[_Injection], kind: str, name: str) -> None:
        if not gone:
            known = self.troubles if kind.startswith("trouble") else self.faults
            raise UnknownNameError(kind, name, known, f"at work are: {', '.join(known) or 'none'}")
        desk = self._desk
        for injection in gone:
            desk.board.remove(injection.run)
        first = next((i for i, one in enumerate(self._made) if one in gone and one.before), None)
        if first is not None:
            before = self._made[first].before
            assert before is not None
            _restore(desk.scene, before)
            for later in self._made[first:]:
                if later not in gone and later.before is not None:
                    later.edit_again(desk.board, desk.scene)
            desk.show_card_again()
        for injection in gone:
            self._look_again(injection.run)
        self._made = [i for i in self._made if i not in gone]
        seams = {i.run.fault.SEAM for i in gone}
        if Seam.READER in seams:
            desk.reader.plug()
        if Seam.HANDS in seams:
            desk.tray.settle()
        desk.journal.only("desk").event("lift", name=name)

    def clear(self) -> None:
        """Take every fault out; what they did to the scene stays."""
        self._desk.board.clear()
        self._made = []

    def forget_scene(self) -> None:
        """Another scene is set: what was done to the last one cannot be undone any more."""
        self._made = [i for i in self._made if i.before is None]


def _copied(scene: Scene) -> Scene:
    """The scene's data; who makes people and which site it is are not data of the scene.

    What is one record stays one: the truth may be among what the system knows.
    """
    data = {name: getattr(scene, name) for name in _DATA}
    return replace(scene, **copy.deepcopy(data))


def _restore(scene: Scene, before: Scene) -> None:
    """Put data back in place: engines hold a reference to the scene. The date stays."""
    for name in _DATA:
        setattr(scene, name, getattr(before, name))
    scene.move(scene.date)


def _schedule(fault: str, when: Schedule | Mapping[str, Any] | None) -> Schedule:
    if when is None:
        return ALWAYS
    if isinstance(when, Schedule):
        return when
    try:
        return msgspec.convert(dict(when), Schedule)
    except msgspec.ValidationError as e:
        raise OnshiError(f"the schedule of {fault}: {e}") from None

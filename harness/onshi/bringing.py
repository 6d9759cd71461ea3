"""A trouble comes about at a desk: its person, its scene, its faults; and a fault is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshi.errors import CannotDeliverError, OnshiError
from onshi.people.records import Coverage
from onshi.scene import Scene
from onshi.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onshi.catalogue.records import FaultUse, Trouble
    from onshi.desk import Desk

__all__ = ["apply_trouble", "bring_about", "lift"]


def apply_trouble(desk: Desk, trouble: Trouble, surfaces: frozenset[str]) -> Coverage:
    """Person, then scene, then faults. Returns what was true before the scene was edited.

    Another person comes where the trouble asks for one, or plays before this one had a card.
    Raises :class:`OnshiError` for a trouble that cannot be brought about, with the reason.
    """
    if trouble.why_not:
        raise OnshiError(f"{trouble.id} cannot be brought about: {trouble.why_not}")
    too_early = False
    if trouble.date is not None:
        desk.travel(trouble.date)
        too_early = not _of_this_day(desk.scene)
    if trouble.situation.person or too_early:
        desk.next_patient(trouble.situation.person)
    before = desk.scene.truth
    bring_about(desk, trouble.id, trouble.fault, surfaces)
    desk.journal.only("desk").event("trouble", id=trouble.id)
    return before


def _of_this_day(scene: Scene) -> bool:
    """Whether who stands there could: not insured, or with a card, only since some later day."""
    return scene.truth.holds_from <= scene.date and scene.card.cert_from <= scene.date


def bring_about(
    desk: Desk, trouble: str, faults: Iterable[FaultUse], surfaces: frozenset[str]
) -> None:
    """Faults that these surfaces can meet, what edits the scene first, on a trouble's account."""
    uses = [u for u in faults if u.surfaces is None or set(u.surfaces) & surfaces]
    desk.injections.trouble = trouble
    try:
        for use in sorted(uses, key=lambda u: not _is_scene(u)):
            _bring_about(desk, use)
    finally:
        desk.injections.trouble = ""


def lift(desk: Desk, name: str) -> None:
    """A fault is over, or what was made do with in its place.

    Nothing happens where it is not at work: it was not for these surfaces, or about somebody who
    has left.
    """
    from onshi.faults import find_fault

    for one in (name, find_fault(name).INSTEAD):
        if one and one in desk.injections.faults:
            desk.injections.lift_fault(one)


def _bring_about(desk: Desk, use: FaultUse) -> None:
    """One fault of a trouble, or what it makes do with where that cannot be delivered."""
    from onshi.faults import find_fault

    try:
        desk.injections.inject(use.name, use.when, use.settings)
    except CannotDeliverError:
        instead = find_fault(use.name).INSTEAD
        if not instead:
            raise
        desk.journal.only("desk").event("instead", of=use.name, fault=instead)
        desk.injections.inject(instead, use.when, {})


def _is_scene(use: FaultUse) -> bool:
    from onshi.faults import find_fault

    return find_fault(use.name).SEAM is Seam.SCENE

"""A trouble comes about at a desk: its person, its scene, its faults; and a fault is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onshi.errors import CannotDeliverError, OnshiError
from onshi.people.records import Coverage
from onshi.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onshi.catalogue.records import FaultUse, Trouble
    from onshi.desk import Desk

__all__ = ["apply_trouble", "bring_about", "lift"]


def apply_trouble(desk: Desk, trouble: Trouble, surfaces: frozenset[str]) -> Coverage:
    """Person, then scene, then faults. Returns what was true before the scene was edited.

    Raises :class:`OnshiError` for a trouble that cannot be brought about, with the reason.
    """
    if trouble.why_not:
        raise OnshiError(f"{trouble.id} cannot be brought about: {trouble.why_not}")
    if trouble.date is not None:
        desk.travel(trouble.date)
    if trouble.situation.person:
        desk.next_patient(trouble.situation.person)
    before = desk.scene.truth
    bring_about(desk, trouble.id, trouble.fault, surfaces)
    desk.journal.only("desk").event("trouble", id=trouble.id)
    return before


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

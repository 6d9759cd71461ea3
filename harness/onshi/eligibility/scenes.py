"""Edits of a scene that keep it consistent: what scene faults are made of.

Records are replaced, never changed in place: what was true before a fault is still held by the
visit's chart.

The truth has dates as the system's records have: ``scene.truth`` is what holds on the scene's
date, ``scene.other_times`` what holds on others, and :func:`follow_on` is how a fault ends one and
begins the next. What the system knows of either is a matter of ``known_from`` and
``loss_known_from``, which the truth does not have.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec

from onshi.people.records import Coverage, Patient, Registered
from onshi.scene import Scene

__all__ = [
    "edit_coverages",
    "edit_known",
    "edit_patient",
    "edit_qualification",
    "follow_on",
    "own_coverages",
    "part_truth",
    "registered_before",
]


def own_coverages(scene: Scene) -> list[Coverage]:
    """What the system knows of the patient at the desk."""
    return [c for c in scene.coverages if c.patient.key == scene.patient.key]


def edit_patient(scene: Scene, **changes: Any) -> Patient:
    """Change the patient wherever the scene has them: at the desk, in truth, in the system."""
    old = scene.patient
    new = msgspec.structs.replace(old, **changes)
    if new.name != old.name and old.insured_name == old.name:
        new = msgspec.structs.replace(new, insured_name=new.name)
    scene.patient = new
    edit_coverages(
        scene,
        lambda c: msgspec.structs.replace(
            c, patient=new, registered=tuple(_same_change(r, old, new) for r in c.registered)
        ),
    )
    _edit_truths(
        scene, lambda c: c if c.patient is new else msgspec.structs.replace(c, patient=new)
    )
    return new


def _same_change(registered: Registered, old: Patient, new: Patient) -> Registered:
    """Where the system was right about a person it is right again; what it has wrong stays."""
    known = registered.patient
    if known.key != old.key:
        return registered
    right = {
        field: getattr(new, field)
        for field in old.__struct_fields__
        if getattr(known, field) == getattr(old, field)
    }
    return msgspec.structs.replace(registered, patient=msgspec.structs.replace(known, **right))


def edit_coverages(scene: Scene, change: Callable[[Coverage], Coverage]) -> None:
    """Pass the patient's records through ``change``; a truth that is one of them goes along."""
    before = list(scene.coverages)
    scene.coverages = [change(c) if c.patient.key == scene.patient.key else c for c in before]
    changed = {id(old): new for old, new in zip(before, scene.coverages, strict=True)}
    _edit_truths(scene, lambda c: changed.get(id(c), c))


def edit_known(scene: Scene, **changes: Any) -> None:
    """Change fields of the patient's records in the system; the truth stays as it is."""
    part_truth(scene)
    edit_coverages(scene, lambda c: msgspec.structs.replace(c, **changes))


def registered_before(scene: Scene, before: Patient, until: date) -> None:
    """The system has ``before`` for the patient's name and address, and learns better ``until``."""
    wrong = Registered(patient=before, known_from=date.min)
    right = Registered(patient=scene.patient, known_from=until)
    edit_known(scene, registered=(wrong, right))


def part_truth(scene: Scene) -> None:
    """Give the truth records of its own, so that the system's can be wrong."""
    _edit_truths(
        scene,
        lambda c: msgspec.structs.replace(
            c, qualification=msgspec.structs.replace(c.qualification)
        ),
    )


def _edit_truths(scene: Scene, change: Callable[[Coverage], Coverage]) -> None:
    scene.truth = change(scene.truth)
    scene.other_times = tuple(change(c) for c in scene.other_times)


def follow_on(scene: Scene, new: Coverage) -> None:
    """From ``new.holds_from`` the truth is ``new``; what was so until then ends the day before.

    Only the truth changes: the system is told by the caller, by ``scene.coverages``.
    """
    last = new.holds_from - timedelta(days=1)
    before = tuple(
        c
        if c.holds_to is not None and c.holds_to <= last
        else msgspec.structs.replace(c, holds_to=last)
        for c in (scene.truth, *scene.other_times)
        if c.holds_from <= last
    )
    scene.truth, scene.other_times = new, before
    scene.move(scene.date)


def edit_qualification(scene: Scene, **changes: Any) -> None:
    """Change what the system has of the patient's qualification; the truth stays as it is."""
    part_truth(scene)
    edit_coverages(
        scene,
        lambda c: msgspec.structs.replace(
            c, qualification=msgspec.structs.replace(c.qualification, **changes)
        ),
    )

"""Edits of a scene that keep it consistent: what scene faults are made of.

Records are replaced, never changed in place: what was true before a fault is still held by the
visit's chart.
"""

from __future__ import annotations

from typing import Any

import msgspec

from onshi.people.records import Coverage, Patient
from onshi.seams import Scene

__all__ = ["edit_patient", "edit_qualification", "own_coverages", "part_truth"]


def own_coverages(scene: Scene) -> list[Coverage]:
    """What the system knows of the patient at the desk."""
    return [c for c in scene.coverages if c.patient.key == scene.patient.key]


def edit_patient(scene: Scene, **changes: Any) -> Patient:
    """Change the patient wherever the scene has them: at the desk, in truth, in the system."""
    old = scene.patient
    new = msgspec.structs.replace(old, **changes)
    if new.name != old.name and old.insured_name == old.name:
        new.insured_name = new.name
    scene.patient = new
    same_truth = [i for i, c in enumerate(scene.coverages) if c is scene.truth]
    scene.coverages = [
        msgspec.structs.replace(c, patient=new) if c.patient.key == old.key else c
        for c in scene.coverages
    ]
    scene.truth = (
        scene.coverages[same_truth[0]]
        if same_truth
        else msgspec.structs.replace(scene.truth, patient=new)
    )
    return new


def part_truth(scene: Scene) -> None:
    """Give the truth a record of its own, so that the system's can be wrong."""
    scene.truth = msgspec.structs.replace(
        scene.truth, qualification=msgspec.structs.replace(scene.truth.qualification)
    )


def edit_qualification(scene: Scene, **changes: Any) -> None:
    """Change what the system has of the patient; the truth stays as it is."""
    part_truth(scene)
    scene.coverages = [
        msgspec.structs.replace(
            c, qualification=msgspec.structs.replace(c.qualification, **changes)
        )
        if c.patient.key == scene.patient.key
        else c
        for c in scene.coverages
    ]

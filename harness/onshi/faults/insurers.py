"""Further qualifications of the patient, as several faults need them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from onshi.eligibility.scenes import own_coverages
from onshi.faults.base import FaultRun
from onshi.people.generate import Plan, make_qualification
from onshi.people.records import Coverage
from onshi.scene import Scene

__all__ = ["Scheme", "qualification_under", "scheme_of"]

Scheme = Literal["other", "same", "shaho", "kokuho"]
"""``other``: 国保 after 社保 and 社保 after 国保; ``same``: another insurer of the same scheme."""


def scheme_of(scene: Scene, scheme: Scheme) -> Plan:
    """The scheme that is meant, for the patient at the desk."""
    own = own_coverages(scene)
    now = own[-1].qualification.plan if own else "kokuho"
    if scheme == "same" and now != "seiho":
        return now
    if scheme in ("shaho", "kokuho"):
        return "shaho" if scheme == "shaho" else "kokuho"
    return "shaho" if now == "kokuho" else "kokuho"


def qualification_under(
    scene: Scene, run: FaultRun, scheme: Scheme, since: date, **dates: date | None
) -> Coverage:
    """A qualification that the patient got on ``since`` from an insurer of that scheme.

    ``dates`` are those of the :class:`Coverage`; the same patient and seed give the same one.
    """
    patient = scene.patient
    qualification = make_qualification(
        run.rng.getrandbits(32),
        patient.key,
        patient,
        scheme_of(scene, scheme),
        on=scene.date,
        acquired=since,
        insurers=scene.site.insurers,
    )
    return Coverage(patient=patient, qualification=qualification, holds_from=since, **dates)  # type: ignore[arg-type]

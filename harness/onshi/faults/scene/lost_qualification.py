"""The patient's qualification ended, which is known; the new one is not registered yet."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_qualification
from onshi.people.records import Coverage
from onshi.seams import Scene, Seam


@fault("scene.lost_qualification", Seam.SCENE, title="資格が喪失済みで、新しい資格が未登録")
class LostQualification(Fault, frozen=True, kw_only=True):
    """Lost ``days_ago``. The truth is a new qualification from that day on.

    The system learns of the new one ``registered_after`` days from now; ``new = false``: there
    is none, the patient is uninsured.
    """

    days_ago: int = 20
    registered_after: int = 30
    new: bool = True

    def __post_init__(self) -> None:
        if self.days_ago < 1 or self.registered_after < 1:
            raise ValueError("days_ago and registered_after count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        lost = scene.date - timedelta(days=self.days_ago)
        mine = own_coverages(scene)
        ended = [
            msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(c.qualification, loss_reason="03"),
                holds_from=min(c.holds_from, lost - timedelta(days=1)),
                holds_to=lost - timedelta(days=1),
                loss_known_from=lost,
            )
            for c in mine
        ]
        others = [c for c in scene.coverages if c.patient.key != scene.patient.key]
        scene.coverages = [*ended, *others]
        if not self.new:
            scene.truth = ended[0] if ended else scene.truth
            return
        patient = scene.patient
        old = mine[0].qualification.plan if mine else "kokuho"
        qualification = make_qualification(
            run.rng.getrandbits(32),
            patient.key,
            patient,
            "shaho" if old == "kokuho" else "kokuho",
            on=scene.date,
            acquired=lost,
            insurers=scene.site.insurers,
        )
        scene.truth = Coverage(
            patient=patient,
            qualification=qualification,
            holds_from=lost,
            known_from=scene.date + timedelta(days=self.registered_after),
        )
        scene.coverages.append(scene.truth)

"""The patient's qualification ended, which is known; the new one is not registered yet."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_coverages, follow_on, own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.insurers import qualification_under
from onshi.scene import Scene
from onshi.seams import Seam


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
        last = lost - timedelta(days=1)
        known = scene.date + timedelta(days=self.registered_after)
        new = qualification_under(scene, run, "other", lost, known_from=known)
        edit_coverages(
            scene,
            lambda c: msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(c.qualification, loss_reason="03"),
                holds_from=min(c.holds_from, last),
                holds_to=last,
                loss_known_from=lost,
            ),
        )
        if self.new:
            follow_on(scene, new)
            scene.coverages.append(new)
        else:
            scene.truth = next(iter(own_coverages(scene)), scene.truth)

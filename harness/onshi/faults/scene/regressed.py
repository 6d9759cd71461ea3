"""The system went back to an insurer that the patient left long ago."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_known, own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.insurers import Scheme, qualification_under
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.regressed", Seam.SCENE, title="以前に加入していた保険が再び表示される")
class Regressed(Fault, frozen=True, kw_only=True):
    """Since ``days_ago`` the system has one of ``scheme`` as 有効, and the true one as lost.

    Asked about a day before, it still says what was right. Put right ``corrected_in`` days from
    now: the false record is deleted, and the true one is known again.
    """

    days_ago: int = 20
    scheme: Scheme = "other"
    corrected_in: int = 30

    def __post_init__(self) -> None:
        if self.days_ago < 1 or self.corrected_in < 1:
            raise ValueError("days_ago and corrected_in count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        since = scene.date - timedelta(days=self.days_ago)
        corrected = scene.date + timedelta(days=self.corrected_in)
        false = qualification_under(scene, run, self.scheme, since, deleted_on=corrected)
        right = [msgspec.structs.replace(c, known_from=corrected) for c in own_coverages(scene)]
        edit_known(
            scene,
            holds_to=since - timedelta(days=1),
            loss_known_from=since,
            deleted_on=corrected,
        )
        scene.coverages.append(false)
        scene.coverages.extend(right)

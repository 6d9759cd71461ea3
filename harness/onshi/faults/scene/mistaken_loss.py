"""The insurer has registered an end of the qualification that there never was."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_known, own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.mistaken_loss", Seam.SCENE, title="資格が続いているのに、喪失と登録されている")
class MistakenLoss(Fault, frozen=True, kw_only=True):
    """Lost since ``days_ago`` for the system, so that card and numbers show 無効.

    Put right ``corrected_in`` days from now: the false record is deleted, and the right one known
    from then on.
    """

    days_ago: int = 30
    corrected_in: int = 30

    def __post_init__(self) -> None:
        if self.days_ago < 1 or self.corrected_in < 1:
            raise ValueError("days_ago and corrected_in count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        lost = scene.date - timedelta(days=self.days_ago)
        corrected = scene.date + timedelta(days=self.corrected_in)
        right = [msgspec.structs.replace(c, known_from=corrected) for c in own_coverages(scene)]
        last = lost - timedelta(days=1)
        edit_known(scene, holds_to=last, loss_known_from=lost, deleted_on=corrected)
        scene.coverages.extend(right)

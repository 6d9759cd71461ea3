"""A record of the patient was deleted by mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.scenes import own_coverages, part_truth
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.deleted", Seam.SCENE, title="資格の登録が誤って消されている")
class Deleted(Fault, frozen=True, kw_only=True):
    """Deleted ``days_ago``, and back ``restored_in`` days from now; 0: never.

    ``which``: every record of the patient, or only the one that began last, so that what was
    before it shows: put it after ``scene.insurer_changed``.
    """

    days_ago: int = 10
    restored_in: int = 30
    which: Literal["all", "latest"] = "all"

    def __post_init__(self) -> None:
        if self.days_ago < 0 or self.restored_in < 0:
            raise ValueError("days_ago and restored_in are 0 or days")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        part_truth(scene)
        own = own_coverages(scene)
        latest = max(own, key=lambda c: c.holds_from, default=None)
        restored = scene.date + timedelta(days=self.restored_in) if self.restored_in else None
        scene.coverages = [
            msgspec.structs.replace(
                c,
                deleted_on=scene.date - timedelta(days=self.days_ago),
                restored_on=restored,
            )
            if c is latest or (self.which == "all" and any(c is one for one in own))
            else c
            for c in scene.coverages
        ]

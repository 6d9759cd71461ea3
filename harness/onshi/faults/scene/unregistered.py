"""The patient is insured, and nothing of it has been registered yet."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.unregistered", Seam.SCENE, title="資格情報がまだ登録されていない（該当資格なし）")
class Unregistered(Fault, frozen=True, kw_only=True):
    """Known ``days`` from now: travel there, and the answer is 有効."""

    days: int = 14

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"days counts from 1, not {self.days}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        known = scene.date + timedelta(days=self.days)
        same = [c is scene.truth for c in scene.coverages]
        scene.coverages = [
            msgspec.structs.replace(c, known_from=known)
            if c.patient.key == scene.patient.key
            else c
            for c in scene.coverages
        ]
        if True in same:
            scene.truth = scene.coverages[same.index(True)]

"""The patient's latest medicines are not in the system yet."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import MedicalFile
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.medical_info_delay", Seam.SCENE, title="投薬情報がすぐに反映されない")
class MedicalInfoDelay(Fault, frozen=True, kw_only=True):
    """What the system should know by now comes ``days`` later (survey: 003:L640).

    Without it, what was prescribed electronically is known at once, and the rest on the 11th of
    the month after. At the default at least one prescription is missing, whoever it is.
    """

    days: int = 75

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"days counts from 1, not {self.days}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        key = scene.patient.key
        file = msgspec.structs.replace(scene.medical.get(key, MedicalFile()), delay=self.days)
        scene.medical = {**scene.medical, key: file}

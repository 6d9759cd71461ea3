"""The system has another 限度額 bracket than the patient's papers."""

from __future__ import annotations

import msgspec

from onshi.eligibility.codes import CODE_LISTS
from onshi.eligibility.scenes import edit_qualification
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.limits import limit_certificate
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.limit_stale", Seam.SCENE, title="システムの限度額区分が実際と異なる")
class LimitStale(Fault, frozen=True, kw_only=True):
    """``system`` and ``truth`` are brackets of OQSCD012; empty ones suit the patient's age."""

    system: str = ""
    truth: str = ""

    def __post_init__(self) -> None:
        for value in (self.system, self.truth):
            if value and value not in CODE_LISTS["OQSCD012"]:
                raise ValueError(f"{value!r} is not in OQSCD012 (A01-A06, B01-B10)")
        if self.system and self.system == self.truth:
            raise ValueError("system and truth are the same")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        usual = ("B03", "B02") if scene.patient.age(scene.date) >= 70 else ("A03", "A01")
        truth = self.truth or next(b for b in usual if b != self.system)
        system = self.system or next(b for b in usual[::-1] if b != truth)
        edit_qualification(scene, limit=limit_certificate(system, scene.date))
        qualification = msgspec.structs.replace(
            scene.truth.qualification, limit=limit_certificate(truth, scene.date)
        )
        scene.truth = msgspec.structs.replace(scene.truth, qualification=qualification)

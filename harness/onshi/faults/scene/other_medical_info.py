"""The 薬剤情報 and 特定健診 that the system shows for the patient are somebody else's."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_person, make_sibling
from onshi.people.records import MedicalFile, Patient
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.other_medical_info", Seam.SCENE, title="本人以外の薬剤情報・特定健診が紐づいている")
class OtherMedicalInfo(Fault, frozen=True, kw_only=True):
    """``who``: a stranger, or a member of the family.

    ``named``: the file says whose information it is, so that a product can notice. Without it the
    file names the patient, and only a person can. The qualification itself is right (004:L52).
    """

    who: Literal["stranger", "family"] = "stranger"
    named: bool = True

    def edit(self, scene: Scene, run: FaultRun) -> None:
        key = scene.patient.key
        file = scene.medical.get(key, MedicalFile())
        file = msgspec.structs.replace(file, subject=self._subject(scene, run), named=self.named)
        scene.medical = {**scene.medical, key: file}

    def _subject(self, scene: Scene, run: FaultRun) -> Patient:
        patient = scene.patient
        if self.who == "family":
            return make_sibling(patient, scene.truth, on=scene.date)[0]
        seed = run.state.setdefault("seed", run.rng.getrandbits(32))
        key = f"{patient.key}.other"
        return make_person(seed, key, on=scene.date, insurers=run.site.insurers)[0]

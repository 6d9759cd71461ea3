"""The insurer has mixed up the patient and somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.scenes import edit_known
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_person, make_sibling
from onshi.people.records import Coverage, Patient, Registered
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.linked_to_other", Seam.SCENE, title="他人の資格情報がひも付けられている")
class LinkedToOther(Fault, frozen=True, kw_only=True):
    """``who``: a stranger, or a member of the family. Noticed ``corrected_in`` days from now.

    ``how``: ``number``: each one's record is filed under the other's マイナンバー. The patient's
    card shows the other's; the numbers on their papers still show their own. ``data``: the
    patient's record has the other's name, kana, sex, birthdate and address, whoever asks how.
    """

    how: Literal["number", "data"] = "number"
    who: Literal["stranger", "family"] = "stranger"
    corrected_in: int = 30

    def __post_init__(self) -> None:
        if self.corrected_in < 1:
            raise ValueError(f"corrected_in counts from 1, not {self.corrected_in}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        other, coverage = self._somebody(scene, run)
        corrected = scene.date + timedelta(days=self.corrected_in)
        if self.how == "number":
            edit_known(scene, linked_to=other.key, linked_until=corrected)
            coverage = msgspec.structs.replace(
                coverage, linked_to=scene.patient.key, linked_until=corrected
            )
        else:
            wrong = Registered(patient=other, known_from=min(coverage.holds_from, scene.date))
            right = Registered(patient=scene.patient, known_from=corrected)
            edit_known(scene, registered=(wrong, right))
        scene.others.append(other)
        scene.coverages.append(coverage)

    def _somebody(self, scene: Scene, run: FaultRun) -> tuple[Patient, Coverage]:
        if self.who == "family":
            return make_sibling(scene.patient, scene.truth, on=scene.date)
        key = f"{scene.patient.key}.other"
        insurers = scene.site.insurers
        return make_person(run.rng.getrandbits(32), key, on=scene.date, insurers=insurers)

"""The patient's name has characters that the system does not have."""

from __future__ import annotations

from onshi.eligibility.scenes import edit_patient
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.difficult_name", Seam.SCENE, title="氏名に登録できない漢字がある（●になる）")
class DifficultName(Fault, frozen=True, kw_only=True):
    """The family name, and the given name if one is set; empty ones stay as they are.

    Which characters arrive is decided by :mod:`onshi.eligibility.blackdot`: 髙, 﨑 and 冨 become
    ●, 德 comes through.
    """

    family: str = "髙橋"
    family_kana: str = "タカハシ"
    given: str = ""
    given_kana: str = ""

    def edit(self, scene: Scene, run: FaultRun) -> None:
        wanted = {
            "family": self.family,
            "family_kana": self.family_kana,
            "given": self.given,
            "given_kana": self.given_kana,
        }
        head = scene.patient.insured_name.partition("　")[2]
        changes = {name: value for name, value in wanted.items() if value}
        if self.family and head and scene.patient.insured_name != scene.patient.name:
            changes["insured_name"] = f"{self.family}　{head}"
        edit_patient(scene, **changes)

"""The patient's name has changed, and the system still has the one before."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_patient, registered_before
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam

_OTHER_NAMES = (("北条", "ホウジョウ"), ("西園寺", "サイオンジ"))


@fault("scene.name_changed", Seam.SCENE, title="氏名の変更がシステムに反映されていない")
class NameChanged(Fault, frozen=True, kw_only=True):
    """The patient is called ``family`` since ``days_ago``; empty: a name that is not theirs.

    Card, papers and the patient have the new name; the system learns of it ``known_in`` days
    from now.
    """

    family: str = ""
    family_kana: str = ""
    days_ago: int = 60
    known_in: int = 30

    def __post_init__(self) -> None:
        if bool(self.family) != bool(self.family_kana):
            raise ValueError("give family and family_kana, or neither")
        if self.days_ago < 1 or self.known_in < 1:
            raise ValueError("days_ago and known_in count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        old = scene.patient
        name, kana = next(n for n in _OTHER_NAMES if n[0] != old.family)
        if self.family:
            name, kana = self.family, self.family_kana
        new = edit_patient(scene, family=name, family_kana=kana)
        before = msgspec.structs.replace(
            new, family=old.family, family_kana=old.family_kana, insured_name=old.insured_name
        )
        registered_before(scene, before, scene.date + timedelta(days=self.known_in))

"""The patient's given name has small kana."""

from __future__ import annotations

from onshi.eligibility.kana import has_small
from onshi.eligibility.scenes import edit_patient
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.child_name_small_kana", Seam.SCENE, title="フリガナに小さい「ョ」「ッ」などがある")
class ChildNameSmallKana(Fault, frozen=True, kw_only=True):
    """The given name, with which ``inquiry.small_kana`` then has something to change."""

    given: str = "翔一"
    given_kana: str = "ショウイチ"

    def __post_init__(self) -> None:
        if not has_small(self.given_kana):
            raise ValueError(f"{self.given_kana!r} has no small kana")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        edit_patient(scene, given=self.given, given_kana=self.given_kana)

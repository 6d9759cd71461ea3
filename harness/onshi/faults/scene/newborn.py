"""The patient was born a few weeks ago, and is not registered yet."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_coverages, edit_patient
from onshi.errors import OnshiError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.newborn", Seam.SCENE, title="新生児の資格がまだ登録されていない")
class Newborn(Fault, frozen=True, kw_only=True):
    """Born ``days_old`` days ago and insured since; known ``known_in`` days from now.

    Raises :class:`OnshiError` for a patient under 後期高齢者医療: ask for person = "child".
    """

    days_old: int = 60
    known_in: int = 30

    def __post_init__(self) -> None:
        if self.days_old < 0 or self.known_in < 1:
            raise ValueError("days_old counts from 0, known_in from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        if scene.truth.qualification.plan == "kouki":
            raise OnshiError(f'fault {self.NAME} needs a child: ask for person = "child"')
        born = scene.date - timedelta(days=self.days_old)
        edit_patient(scene, birthdate=born)
        known = scene.date + timedelta(days=self.known_in)
        edit_coverages(
            scene,
            lambda c: msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(
                    c.qualification,
                    acquired=born,
                    relation="2",
                    elderly_ratio=None,
                    preschool=True,
                    limit=None,
                ),
                holds_from=born,
                known_from=known,
            ),
        )

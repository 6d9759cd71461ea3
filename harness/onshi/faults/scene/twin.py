"""The patient has a twin under the same numbers."""

from __future__ import annotations

import msgspec

from onshi.eligibility.scenes import edit_known, own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_twin
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.twin", Seam.SCENE, title="同じ記号・番号・生年月日の双子がいる")
class Twin(Fault, frozen=True, kw_only=True):
    """A query by numbers without 枝番 fits both.

    ``same_branch``: both were registered under one 枝番, so that any query by numbers fits both,
    the twin first. ``filed_together``: both under the twin's マイナンバー, so that the patient's
    card finds nothing.
    """

    same_branch: bool = False
    filed_together: bool = False

    def edit(self, scene: Scene, run: FaultRun) -> None:
        own = own_coverages(scene)
        if not own:
            return
        patient, coverage = make_twin(scene.patient, own[0], on=scene.date)
        if self.same_branch:
            q, branch = coverage.qualification, own[0].qualification.branch
            qualification = msgspec.structs.replace(q, branch=branch)
            coverage = msgspec.structs.replace(coverage, qualification=qualification)
        if self.filed_together:
            edit_known(scene, linked_to=patient.key)
        scene.others.append(patient)
        scene.coverages.insert(0, coverage)

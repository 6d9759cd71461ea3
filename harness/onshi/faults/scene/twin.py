"""The patient has a twin under the same numbers."""

from __future__ import annotations

from onshi.eligibility.scenes import own_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_twin
from onshi.seams import Scene, Seam


@fault("scene.twin", Seam.SCENE, title="同じ記号・番号・生年月日の双子がいる")
class Twin(Fault, frozen=True, kw_only=True):
    """A query by numbers without 枝番 fits both."""

    def edit(self, scene: Scene, run: FaultRun) -> None:
        for nth, own in enumerate(own_coverages(scene)[:1], start=1):
            patient, coverage = make_twin(scene.patient, own, on=scene.date, nth=nth)
            scene.others.append(patient)
            scene.coverages.append(coverage)

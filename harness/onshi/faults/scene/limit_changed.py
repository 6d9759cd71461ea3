"""The patient's 限度額 bracket has changed, and the system learns of it later."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from onshi.eligibility.codes import CODE_LISTS
from onshi.eligibility.scenes import edit_coverages, follow_on
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.limits import limit_certificate
from onshi.people.records import Coverage
from onshi.scene import Scene
from onshi.seams import Seam


@fault(
    "scene.limit_changed",
    Seam.SCENE,
    title="限度額の区分が変わり、システムにはさかのぼって反映される",
)
class LimitChanged(Fault, frozen=True, kw_only=True):
    """``before`` until the day that was ``days_ago``, ``after`` from then on: OQSCD012.

    The system learns of it ``known_in`` days from now; a question about a day since the change is
    then answered with the new bracket. Empty ones suit the patient's age.
    """

    before: str = ""
    after: str = ""
    days_ago: int = 20
    known_in: int = 30

    def __post_init__(self) -> None:
        for value in (self.before, self.after):
            if value and value not in CODE_LISTS["OQSCD012"]:
                raise ValueError(f"{value!r} is not in OQSCD012 (A01-A06, B01-B10)")
        if self.before and self.before == self.after:
            raise ValueError("before and after are the same bracket")
        if self.days_ago < 1 or self.known_in < 1:
            raise ValueError("days_ago and known_in count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        usual = ("B02", "B03") if scene.patient.age(scene.date) >= 70 else ("A01", "A03")
        before = self.before or next(b for b in usual if b != self.after)
        after = self.after or next(b for b in usual[::-1] if b != before)
        since = scene.date - timedelta(days=self.days_ago)
        edit_coverages(scene, lambda c: _with(c, before, since))
        new = msgspec.structs.replace(
            _with(scene.truth, after, since),
            holds_from=since,
            known_from=scene.date + timedelta(days=self.known_in),
        )
        scene.coverages.append(new)
        follow_on(scene, new)


def _with(c: Coverage, bracket: str, on: date) -> Coverage:
    qualification = msgspec.structs.replace(c.qualification, limit=limit_certificate(bracket, on))
    return msgspec.structs.replace(c, qualification=qualification)

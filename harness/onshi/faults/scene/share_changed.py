"""The patient's share has changed, and the system learns of it later, for the time since then."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.scenes import edit_coverages, follow_on
from onshi.errors import OnshiError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.records import Coverage
from onshi.scene import Scene
from onshi.seams import Seam

_USUAL = {10: 20, 20: 30, 30: 20}


@fault(
    "scene.share_changed", Seam.SCENE, title="負担割合が変わり、システムにはさかのぼって反映される"
)
class ShareChanged(Fault, frozen=True, kw_only=True):
    """``before`` percent until the day that was ``days_ago``, ``after`` from then on.

    ``days_ago`` may be negative: it changes that many days from now. The system learns of it
    ``known_in`` days from now; a question about a day since the change is then answered with the
    new share, what it said until then notwithstanding. 0 stands for the share that the patient
    has, and for another one than that.

    Only for patients of 70 or more: raises :class:`OnshiError` at a desk with another one.
    """

    before: Literal[0, 10, 20, 30] = 0
    after: Literal[0, 10, 20, 30] = 0
    days_ago: int = 20
    known_in: int = 30

    def __post_init__(self) -> None:
        if self.before and self.before == self.after:
            raise ValueError("before and after are the same share")
        if self.known_in < -self.days_ago:
            raise ValueError("known_in is before the change: the system learns of it then or later")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        q = scene.truth.qualification
        which = "late_ratio" if q.late_ratio is not None else "elderly_ratio"
        own = getattr(q, which)
        if own is None:
            raise OnshiError(
                f"fault {self.NAME} needs a patient of 70 or more: ask for person = "
                '"elderly" or "late_elderly"'
            )
        before = self.before or (own if own != self.after else _USUAL[own])
        after = self.after or _USUAL[before]
        since = scene.date - timedelta(days=self.days_ago)
        edit_coverages(scene, lambda c: _with(c, which, before))
        old = _with(scene.truth, which, before)
        new = msgspec.structs.replace(
            _with(old, which, after),
            holds_from=since,
            known_from=scene.date + timedelta(days=self.known_in),
        )
        scene.truth = old
        scene.coverages.append(new)
        follow_on(scene, new)


def _with(c: Coverage, which: str, percent: int) -> Coverage:
    if getattr(c.qualification, which) is None:
        return c
    qualification = msgspec.structs.replace(c.qualification, **{which: percent})
    return msgspec.structs.replace(c, qualification=qualification)

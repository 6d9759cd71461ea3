"""The system has another share than the patient's papers."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.scenes import edit_qualification
from onshi.errors import OnshiError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam

_USUAL = {10: 20, 20: 30, 30: 20}


@fault("scene.ratio_stale", Seam.SCENE, title="システムの負担割合が実際と異なる")
class RatioStale(Fault, frozen=True, kw_only=True):
    """``percent`` is what the system has; 0 takes another one than the true one.

    Only for patients of 70 or more: raises :class:`OnshiError` at a desk with another one.
    """

    percent: Literal[0, 10, 20, 30] = 0

    def edit(self, scene: Scene, run: FaultRun) -> None:
        q = scene.truth.qualification
        true = q.late_ratio if q.late_ratio is not None else q.elderly_ratio
        if true is None:
            raise OnshiError(
                f"fault {self.NAME} needs a patient of 70 or more: ask for person = "
                '"elderly" or "late_elderly"'
            )
        which = "late_ratio" if q.late_ratio is not None else "elderly_ratio"
        other = self.percent if self.percent not in (0, true) else _USUAL[true]
        edit_qualification(scene, **{which: other})

"""The patient has changed insurers, and the system learns of either half when it does."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_coverages, follow_on
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.insurers import Scheme, qualification_under
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.insurer_changed", Seam.SCENE, title="保険が変わり、システムへの反映に差がある")
class InsurerChanged(Fault, frozen=True, kw_only=True):
    """The truth is a new qualification of the scheme ``to``, since ``days_ago``.

    The system learns of the old one's end ``loss_known_in`` days from now, and of the new one
    ``new_known_in`` days from now; 0: it learned on the day itself. Neither: the old one is
    still 有効. The loss alone: 無効. The new one alone: both are 有効. Both: the old numbers are
    無効（新しい資格あり）.
    """

    days_ago: int = 20
    to: Scheme = "other"
    loss_known_in: int = 30
    new_known_in: int = 30

    def __post_init__(self) -> None:
        if self.days_ago < 1:
            raise ValueError(f"days_ago counts from 1, not {self.days_ago}")
        if self.loss_known_in < 0 or self.new_known_in < 0:
            raise ValueError("loss_known_in and new_known_in are 0 or days from now")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        today, since = scene.date, scene.date - timedelta(days=self.days_ago)
        lost = today + timedelta(days=self.loss_known_in) if self.loss_known_in else since
        new = today + timedelta(days=self.new_known_in) if self.new_known_in else since
        truth = qualification_under(scene, run, self.to, since, known_from=new)
        last = since - timedelta(days=1)
        edit_coverages(
            scene,
            lambda c: msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(c.qualification, loss_reason="03"),
                holds_from=min(c.holds_from, last),
                holds_to=last,
                loss_known_from=lost,
            ),
        )
        follow_on(scene, truth)
        scene.coverages.append(truth)

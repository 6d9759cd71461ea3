"""The system has not learned that an earlier qualification of the patient is over."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.eligibility.scenes import edit_coverages
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.insurers import Scheme, qualification_under
from onshi.scene import Scene
from onshi.seams import Seam

_YEARS_BEFORE = timedelta(days=3 * 365)


@fault("scene.earlier_insurer", Seam.SCENE, title="前の保険の喪失が未登録で、二つの資格が有効")
class EarlierInsurer(Fault, frozen=True, kw_only=True):
    """The patient's own qualification began ``days_ago``; one of ``scheme`` ended the day before.

    The system learns of that end ``loss_known_in`` days from now. Until then the card shows both,
    the earlier one first, and the numbers of either are 有効.
    """

    days_ago: int = 60
    scheme: Scheme = "other"
    loss_known_in: int = 30

    def __post_init__(self) -> None:
        if self.days_ago < 1 or self.loss_known_in < 1:
            raise ValueError("days_ago and loss_known_in count from 1")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        since = scene.date - timedelta(days=self.days_ago)
        earlier = qualification_under(
            scene,
            run,
            self.scheme,
            since - _YEARS_BEFORE,
            holds_to=since - timedelta(days=1),
            loss_known_from=scene.date + timedelta(days=self.loss_known_in),
        )
        edit_coverages(
            scene,
            lambda c: msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(c.qualification, acquired=since),
                holds_from=since,
                known_from=since,
            ),
        )
        scene.coverages.insert(0, earlier)

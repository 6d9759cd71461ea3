"""The patient has come under 後期高齢者医療, and the system learns of either half when it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.scenes import edit_coverages, edit_patient, follow_on
from onshi.errors import OnshiError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import birthday
from onshi.people.generate import make_qualification
from onshi.people.records import Coverage
from onshi.scene import Scene
from onshi.seams import Seam

_BY_AGE = 75
_AIDED = 80
_OTHER_INSURANCE = "03"


@fault(
    "scene.late_elderly",
    Seam.SCENE,
    title="後期高齢者医療に変わり、システムへの反映に差がある",
)
class LateElderly(Fault, frozen=True, kw_only=True):
    """Since ``days_ago``, with ``share`` percent; it may be negative: that many days from now.

    It is the 75th birthday of a patient with 国保 or 社保, and the end of 医療扶助 of one who had
    that, and is 80. What they had ends the day before. The system learns of that end
    ``loss_known_in`` days from now, and of the new qualification ``new_known_in`` days from now.
    Ask for person = "kokuho", "shaho" or "seiho". Raises :class:`OnshiError` at a desk with one
    who is under it already.
    """

    days_ago: int = 12
    loss_known_in: int = 14
    new_known_in: int = 14
    share: Literal[10, 20, 30] = 10

    def __post_init__(self) -> None:
        if min(self.loss_known_in, self.new_known_in) < -self.days_ago:
            raise ValueError("the system learns of the change on its day or later")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        before = scene.truth.qualification
        if before.plan == "kouki":
            raise OnshiError(
                f"fault {self.NAME} needs a patient who is not under 後期高齢者医療 yet: ask for "
                'person = "kokuho", "shaho" or "seiho"'
            )
        since = scene.date - timedelta(days=self.days_ago)
        aided = before.plan == "seiho"
        if aided:
            born = scene.patient.birthdate
            patient = edit_patient(scene, birthdate=birthday(born, since.year - _AIDED))
        else:
            patient = edit_patient(scene, birthdate=birthday(since, since.year - _BY_AGE))
        last = since - timedelta(days=1)
        lost = scene.date + timedelta(days=self.loss_known_in)

        def ended(c: Coverage) -> Coverage:
            q = c.qualification
            ratio = None if aided else q.elderly_ratio or 20
            return msgspec.structs.replace(
                c,
                qualification=msgspec.structs.replace(
                    q, elderly_ratio=ratio, loss_reason=_OTHER_INSURANCE
                ),
                holds_from=min(c.holds_from, last),
                holds_to=last,
                loss_known_from=lost,
            )

        edit_coverages(scene, ended)
        qualification = make_qualification(
            run.rng.getrandbits(32),
            patient.key,
            patient,
            "kouki",
            on=since,
            acquired=since,
            insurers=scene.site.insurers,
        )
        new = Coverage(
            patient=patient,
            qualification=msgspec.structs.replace(qualification, late_ratio=self.share),
            holds_from=since,
            known_from=scene.date + timedelta(days=self.new_known_in),
        )
        scene.coverages.append(new)
        follow_on(scene, new)

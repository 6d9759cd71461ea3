"""Not the card that is asked for: another kind, or somebody else's."""

from __future__ import annotations

from typing import Any, Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import check_kind, edit_card
from onshi.people.generate import make_person, make_sibling
from onshi.people.records import Coverage, Patient
from onshi.scene import Scene
from onshi.seams import Seam

_USUAL = "suica"


@fault(
    "scene.wrong_card",
    Seam.SCENE,
    title="マイナンバーカードではないカード、または別人のカードを出す",
)
class WrongCard(Fault, frozen=True, kw_only=True):
    """``kind`` is a name of ``devices/cards``; without one it is a Suica.

    ``other_person``: the card is somebody else's, whom the eligibility system knows, too: by
    ``who`` a stranger or a member of the patient's family. Its PINs and dates, and without a
    ``kind`` its kind, are those of the patient's card. Raises :class:`UnknownNameError`.
    """

    kind: str = ""
    other_person: bool = False
    who: Literal["stranger", "family"] = "stranger"

    def edit(self, scene: Scene, run: FaultRun) -> None:
        changes: dict[str, Any] = {}
        kind = self.kind or ("" if self.other_person else _USUAL)
        if kind:
            check_kind(kind)
            changes |= {"kind": kind, "atr": None}
        if self.other_person:
            holder, coverage = self._somebody(scene, run)
            changes |= {"holder": holder, "serial": f"{run.rng.getrandbits(64):016X}"}
        edit_card(scene, **changes)
        if self.other_person:
            scene.others.append(holder)
            scene.coverages.append(coverage)

    def _somebody(self, scene: Scene, run: FaultRun) -> tuple[Patient, Coverage]:
        if self.who == "family":
            return make_sibling(scene.patient, scene.truth, on=scene.date)
        key, insurers = f"{scene.patient.key}.other", scene.site.insurers
        return make_person(run.rng.getrandbits(32), key, on=scene.date, insurers=insurers)

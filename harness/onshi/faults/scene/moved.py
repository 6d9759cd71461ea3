"""The patient has moved, and the system still has another address."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.scenes import edit_qualification
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_address
from onshi.seams import Scene, Seam


@fault("scene.moved", Seam.SCENE, title="住所が旧住所のまま、または全く違う住所になっている")
class Moved(Fault, frozen=True, kw_only=True):
    """``system``: the address before the move, or one in a prefecture they never lived in."""

    system: Literal["previous", "unrelated"] = "previous"

    def edit(self, scene: Scene, run: FaultRun) -> None:
        patient = scene.patient
        avoid = patient.address if self.system == "unrelated" else ""
        seed = run.rng.getrandbits(32)
        old = make_address(seed, patient.key, other_than=avoid)[2]
        edit_qualification(scene, address_override=old)

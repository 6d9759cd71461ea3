"""The patient has moved, and the system still has another address."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from onshi.eligibility.scenes import registered_before
from onshi.faults.base import Fault, FaultRun, fault
from onshi.people.generate import make_address
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.moved", Seam.SCENE, title="住所が旧住所のまま、または全く違う住所になっている")
class Moved(Fault, frozen=True, kw_only=True):
    """``system``: the address before the move, or one in a prefecture they never lived in.

    The system learns of the right one ``known_in`` days from now.
    """

    system: Literal["previous", "unrelated"] = "previous"
    known_in: int = 30

    def __post_init__(self) -> None:
        if self.known_in < 1:
            raise ValueError(f"known_in counts from 1, not {self.known_in}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        patient = scene.patient
        avoid = patient.address if self.system == "unrelated" else ""
        seed = run.rng.getrandbits(32)
        postcode, municipality, address = make_address(seed, patient.key, other_than=avoid)
        old = msgspec.structs.replace(
            patient, postcode=postcode, municipality=municipality, address=address
        )
        registered_before(scene, old, scene.date + timedelta(days=self.known_in))

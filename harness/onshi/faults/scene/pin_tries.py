"""The card comes with PIN tries already used up."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Scene, Seam


@fault("scene.pin_tries", Seam.SCENE, title="暗証番号の残り回数が減っている・ロックされている")
class PinTries(Fault, frozen=True, kw_only=True):
    """Tries left for 利用者証明用 (``auth``, of 3) and 署名用 (``sign``, of 5); 0 is locked."""

    auth: int | None = None
    sign: int | None = None

    def __post_init__(self) -> None:
        for name, value, most in (("auth", self.auth, 3), ("sign", self.sign, 5)):
            if value is not None and not 0 <= value <= most:
                raise ValueError(f"{name} is 0 to {most}, not {value}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        card = scene.card
        scene.card = msgspec.structs.replace(
            card,
            auth_tries=card.auth_tries if self.auth is None else self.auth,
            sign_tries=card.sign_tries if self.sign is None else self.sign,
        )

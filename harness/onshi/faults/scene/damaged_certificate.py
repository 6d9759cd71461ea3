"""A certificate on the card is no good."""

from __future__ import annotations

from typing import Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import edit_card
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.damaged_certificate", Seam.SCENE, title="カードの電子証明書が壊れている")
class DamagedCertificate(Fault, frozen=True, kw_only=True):
    """``use``: the certificate of 利用者証明用 (``auth``) or 署名用 (``sign``).

    ``how``: ``bit_flip`` parses, and its signature is wrong; ``cut`` ends in the middle, with
    filler behind; ``wrong_key`` is sound and belongs to another key than the card signs with.
    """

    use: Literal["auth", "sign"] = "auth"
    how: Literal["bit_flip", "cut", "wrong_key"] = "bit_flip"

    def edit(self, scene: Scene, run: FaultRun) -> None:
        edit_card(scene, damage={**scene.card.damage, self.use: self.how})

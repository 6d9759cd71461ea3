"""The card's certificate is past its last day."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.certificate", Seam.SCENE, title="電子証明書の有効期限が切れている")
class Certificate(Fault, frozen=True, kw_only=True):
    """Ended ``expired_days`` ago; a negative number ends that many days from now.

    A chip has no clock: the card still reads and signs (facts: card page, section 7).
    """

    expired_days: int = 30

    def edit(self, scene: Scene, run: FaultRun) -> None:
        until = scene.date - timedelta(days=self.expired_days)
        length = scene.card.cert_until - scene.card.cert_from
        scene.card = msgspec.structs.replace(scene.card, cert_until=until, cert_from=until - length)

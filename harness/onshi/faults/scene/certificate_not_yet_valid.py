"""The card's certificate has not begun, by the clock of whoever looks."""

from __future__ import annotations

from datetime import timedelta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import edit_card
from onshi.scene import Scene
from onshi.seams import Seam


@fault(
    "scene.certificate_not_yet_valid",
    Seam.SCENE,
    title="電子証明書の有効期間がまだ始まっていない",
)
class CertificateNotYetValid(Fault, frozen=True, kw_only=True):
    """notBefore is ``days`` from now: in life, the clock of the PC is wrong.

    A chip has no clock: the card still reads and signs (facts: card page, section 5).
    """

    days: int = 1

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"days counts from 1, not {self.days}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        start = scene.date + timedelta(days=self.days)
        length = scene.card.cert_until - scene.card.cert_from
        edit_card(scene, cert_from=start, cert_until=start + length)

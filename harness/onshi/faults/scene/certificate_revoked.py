"""The certificate was revoked, which only the server can know."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import edit_card
from onshi.scene import Scene
from onshi.seams import Seam


@fault("scene.certificate_revoked", Seam.SCENE, title="電子証明書が失効している")
class CertificateRevoked(Fault, frozen=True, kw_only=True):
    """The card reads and signs as ever, and its certificate is in date.

    The face reader asks a server, shows 006 and sends nothing (facts: card page, section 5).
    """

    def edit(self, scene: Scene, run: FaultRun) -> None:
        edit_card(scene, revoked=True)

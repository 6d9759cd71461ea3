"""The certificates were renewed, and the system does not know the new ones yet."""

from __future__ import annotations

from datetime import timedelta

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import birthday, edit_card
from onshi.scene import Scene
from onshi.seams import Seam

_YEARS = 5


@fault(
    "scene.certificate_renewed",
    Seam.SCENE,
    title="電子証明書を更新したばかりで、まだ登録されていない",
)
class CertificateRenewed(Fault, frozen=True, kw_only=True):
    """Renewed ``days_ago``; the card has the new certificates, which end with a fifth birthday.

    The face reader refuses them for two days after that day (survey: 003:L637): travel on, and
    it does not any more. The chip reads and signs as ever.
    """

    days_ago: int = 2

    def __post_init__(self) -> None:
        if self.days_ago < 0:
            raise ValueError(f"days_ago is 0 or more, not {self.days_ago}")

    def edit(self, scene: Scene, run: FaultRun) -> None:
        renewed = scene.date - timedelta(days=self.days_ago)
        born = scene.patient.birthdate
        until = birthday(born, born.year + scene.patient.age(renewed) + _YEARS)
        edit_card(scene, renewed=renewed, cert_from=renewed, cert_until=until)

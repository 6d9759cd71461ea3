"""The certificate is no good any more, although its five years are not over."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from onshi.errors import OnshiError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.cards import birthday, edit_card
from onshi.scene import Scene
from onshi.seams import Seam

_YEARS = 5


@fault(
    "scene.certificate_expired_early",
    Seam.SCENE,
    title="発行から5年たっていないのに電子証明書が使えない",
)
class CertificateExpiredEarly(Fault, frozen=True, kw_only=True):
    """Why, is ``reason``:

    - ``moved``, ``name_change``: it was revoked. What is on the card is in date, and only the
      server says otherwise. By the rules a change of address or name ends the 署名用 certificate
      alone; here the card was not kept valid at the new municipality, either.
    - ``fifth_birthday``: validity ends with the fifth birthday after the issue, which was the
      patient's last birthday. The months of grace after it apply.

    Facts: card page, section 5; survey: 000:L123.
    """

    reason: Literal["fifth_birthday", "moved", "name_change"] = "moved"

    def edit(self, scene: Scene, run: FaultRun) -> None:
        born, today = scene.patient.birthdate, scene.date
        run.lane.event("reason", reason=self.reason)
        if self.reason != "fifth_birthday":
            issued = max(born, today - timedelta(days=run.rng.randint(200, 3 * 365)))
            until = birthday(born, born.year + scene.patient.age(issued) + _YEARS)
            edit_card(scene, revoked=True, cert_from=issued, cert_until=until)
            return
        until = birthday(born, today.year)
        if until >= today:
            until = birthday(born, today.year - 1)
        latest = birthday(until, until.year - _YEARS + 1) - timedelta(days=1)
        if latest < born:
            raise OnshiError(
                f"fault {self.NAME} with fifth_birthday needs a patient of {_YEARS} or more"
            )
        spare = (latest - birthday(today, today.year - _YEARS)).days
        issued = max(born, latest - timedelta(days=run.rng.randrange(max(spare, 1))))
        edit_card(scene, cert_from=issued, cert_until=until)

"""The card gives no ATR: dirty contacts, wrong side up, a broken chip."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, CardMuteError, Power, Seam


@fault("card.mute", Seam.CARD, title="カードが応答しない（向き違い・汚れ・破損）")
class Mute(Fault, frozen=True, kw_only=True):
    """Powering on or resetting fails; powering off always works.

    Powering off counts as an operation: use ``match = "POWER_ON"`` to count attempts.
    """

    SHOWS: ClassVar[bool] = True

    def power(self, action: Power, link: CardLink, run: FaultRun) -> bytes:
        answer = link.power(Power.OFF)
        if action is Power.OFF:
            return answer
        raise CardMuteError("no ATR")

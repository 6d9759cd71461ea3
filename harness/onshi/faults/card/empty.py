"""An answer without any byte, not even a status word."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.empty", Seam.CARD, title="カードの応答が空")
class Empty(Fault, frozen=True, kw_only=True):
    """The call succeeds and brings nothing back.

    pcscd with vpcd does this when a card vanishes in the middle (facts: pcsc page, section 6).
    ``executed``: the card did the command, a PIN try is consumed; without, it never saw it.
    """

    executed: bool = True

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        if self.executed:
            link.transmit(apdu)
        return b""

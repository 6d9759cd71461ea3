"""The card leaves the reader in the middle of an exchange."""

from __future__ import annotations

from typing import Literal, NoReturn

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, CardRemovedError, Seam


@fault("card.pull", Seam.CARD, title="操作中にカードが抜かれる")
class Pull(Fault, frozen=True, kw_only=True):
    """Removes the card at a command, which gets no answer.

    ``flavour``: ``clean`` is SCARD_W_REMOVED_CARD at once; ``raw`` is what pcscd does with a
    polled reader: SCARD_E_NOT_TRANSACTED, and the card is still shown, until the next look 0.4 s
    later (facts: pcsc page, section 6). With ``executed`` the card still did the command and
    only the answer is lost: a PIN try is consumed.
    """

    flavour: Literal["clean", "raw"] = "clean"
    executed: bool = False

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> NoReturn:
        if self.executed:
            link.transmit(apdu)
        if self.flavour == "clean":
            run.hands.remove()
        raise CardRemovedError(raw=self.flavour == "raw")

"""Only the beginning of an answer arrives."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.truncate", Seam.CARD, title="カードの応答が途中で切れる")
class Truncate(Fault, frozen=True, kw_only=True):
    """The first ``n`` bytes of the response APDU; the command was executed.

    One byte is no status word: Java, Go and OpenSC each take it differently (facts: card page,
    section 6).
    """

    n: int = 1

    def __post_init__(self) -> None:
        if self.n < 0:
            raise ValueError(f"n is a number of bytes, not {self.n}")

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        return link.transmit(apdu)[: self.n]

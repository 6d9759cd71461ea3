"""The card takes its time."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.slow", Seam.CARD, title="カードの応答が遅い")
class Slow(Fault, frozen=True, kw_only=True):
    """Each answer comes ``seconds`` later, at most the desk's deadline."""

    seconds: float = 3.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"seconds must be more than 0, not {self.seconds}")

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        run.wait(self.seconds)
        return link.transmit(apdu)

"""An answer that is longer than the program asked for."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam

_LONGEST = 65_000


@fault("card.oversized", Seam.CARD, title="カードの応答が要求より長い")
class Oversized(Fault, frozen=True, kw_only=True):
    """``extra`` bytes of noise (1 to 65000) between the answer's data and its status word.

    The command is done. Up to 65 kB pass through PC/SC; a program whose buffer is smaller is told
    SCARD_E_INSUFFICIENT_BUFFER by its library.
    """

    extra: int = 256

    def __post_init__(self) -> None:
        if not 1 <= self.extra <= _LONGEST:
            raise ValueError(f"extra is 1 to {_LONGEST} bytes, not {self.extra}")

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        answer = link.transmit(apdu)
        return answer[:-2] + run.rng.randbytes(self.extra) + answer[-2:]

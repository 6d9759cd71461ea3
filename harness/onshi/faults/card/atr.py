"""The card answers to reset with an ATR the software does not know."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Power, Seam

_MAX_ATR = 33


@fault("card.atr", Seam.CARD, title="カードのATRが想定と異なる")
class Atr(Fault, frozen=True, kw_only=True):
    """``atr`` (hex, spaces allowed, 1 to 33 bytes, also garbage) instead of the card's own.

    The default is that of newer contact cards, which middleware tables lack (OpenSC issue 3021).
    ``00 11`` is garbage, SCARD_E_PROTO_MISMATCH with pcscd.
    """

    SHOWS: ClassVar[bool] = True

    atr: str = "3B DA 13 FF 81 31 FB 46 80 12 39 2F 31 C1 73 C6 01 C0 3B"

    def __post_init__(self) -> None:
        try:
            atr = bytes.fromhex(self.atr)
        except ValueError:
            raise ValueError(f"atr is written in hex, not {self.atr!r}") from None
        if not 1 <= len(atr) <= _MAX_ATR:
            raise ValueError(f"atr has 1 to {_MAX_ATR} bytes, not {len(atr)}")

    def power(self, action: Power, link: CardLink, run: FaultRun) -> bytes:
        answer = link.power(action)
        return answer if action is Power.OFF else bytes.fromhex(self.atr)

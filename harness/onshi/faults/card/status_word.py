"""A command ends with a status word of choice."""

from __future__ import annotations

import re

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.status_word", Seam.CARD, title="カードがエラーのステータスワードを返す")
class StatusWord(Fault, frozen=True, kw_only=True):
    """Answers ``sw`` (four hex digits, 6xxx or 9xxx) and no data.

    The card never sees the command: nothing is selected and no PIN try is consumed. 6F00 is what
    real cards give to the first command after power-up; ``9000`` is success without data.
    """

    sw: str = "6F00"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[69][0-9A-Fa-f]{3}", self.sw):
            raise ValueError(f"sw is a status word like '6F00', not {self.sw!r}")

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        return bytes.fromhex(self.sw)

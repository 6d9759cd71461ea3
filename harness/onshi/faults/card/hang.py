"""The card never answers."""

from __future__ import annotations

from typing import NoReturn

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.hang", Seam.CARD, title="カードの応答が返らない")
class Hang(Fault, frozen=True, kw_only=True):
    """The command is taken and nothing comes back until the desk's deadline or its end."""

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> NoReturn:
        run.hang()

"""Reading succeeds and brings nothing, for ever."""

from __future__ import annotations

from typing import ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.endless_zero", Seam.CARD, title="カードの読み取りが成功するのに中身がない")
class EndlessZero(Fault, frozen=True, kw_only=True):
    """READ BINARY is answered 9000 without a byte of data.

    A program that reads until it has enough, and does not look whether anything came, never ends
    (facts: card page, section 3.1). Each answer comes at once, so nothing here ends it: bound
    such a test by the program's own time-out, or the fault by ``until_count``.
    """

    OPERATIONS: ClassVar[frozenset[str] | None] = frozenset({"READ_BINARY"})

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        return b"\x90\x00"

"""The reader's plug is pulled, for good."""

from __future__ import annotations

from onshi.faults.base import fault
from onshi.faults.comings import Unplugging
from onshi.seams import Seam


@fault("reader.unplugged", Seam.READER, title="カードリーダーが抜かれたまま戻らない")
class Unplugged(Unplugging, frozen=True, kw_only=True):
    """During a call, Transmit unless the schedule's ``match`` differs, or while a program watches.

    Handles answer SCARD_E_READER_UNAVAILABLE for ever. The reader is plugged in again when the
    fault is taken back.
    """

    @property
    def returns(self) -> bool:
        return False

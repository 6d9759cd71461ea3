"""The reader's plug is pulled, and put in again."""

from __future__ import annotations

from onshi.faults.base import FaultRun, fault
from onshi.faults.comings import Unplugging, after_looks
from onshi.seams import Seam


@fault("reader.replugged", Seam.READER, title="カードリーダーが抜かれ、差し直される")
class Replugged(Unplugging, frozen=True, kw_only=True):
    """During a call, Transmit unless the schedule's ``match`` differs, or while a program watches.

    Handles of before answer SCARD_E_READER_UNAVAILABLE for ever, though the reader is there
    again, with its card: at once for ``looks = 0``, else when programs have looked so often at
    the readers (EstablishContext, or a fetch of their states) or when one waits for a change. A
    program that only waits sees it go after half a second, once, and come back a second later.
    """

    looks: int = 2

    def __post_init__(self) -> None:
        if self.looks < 0:
            raise ValueError(f"looks counts from 0, not {self.looks}")

    def come_back(self, run: FaultRun) -> None:
        if not (self.looks and after_looks(run, self.looks, run.hands.plug)):
            run.hands.plug()

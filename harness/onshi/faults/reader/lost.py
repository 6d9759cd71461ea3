"""The reader vanishes from the list, and after a while comes back with its card."""

from __future__ import annotations

from onshi.faults.base import FaultRun, fault
from onshi.faults.comings import Unplugging, after_looks
from onshi.seams import Seam


@fault("reader.lost", Seam.READER, title="カードリーダーが認識されなくなる")
class Lost(Unplugging, frozen=True, kw_only=True):
    """The USB plug comes loose during a call, Transmit unless the schedule's ``match`` differs.

    It is back, with the card that was in it, when programs have looked ``polls`` more times at
    the readers (EstablishContext, or a fetch of the readers' states), or when one waits for a
    change; 0: it stays away. Hands that cannot tell (a relay) leave it away, too. A program that
    only waits for a change sees it go after half a second, once, and come back a second later.
    """

    polls: int = 3

    def __post_init__(self) -> None:
        if self.polls < 0:
            raise ValueError(f"polls counts from 0, not {self.polls}")

    @property
    def returns(self) -> bool:
        return self.polls > 0

    def come_back(self, run: FaultRun) -> None:
        after_looks(run, self.polls, run.hands.plug)

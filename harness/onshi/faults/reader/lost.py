"""The reader vanishes from the list, and after a while comes back with its card."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import AWAY, after_looks, watched
from onshi.seams import ReaderCalls, Seam


@fault("reader.lost", Seam.READER, title="カードリーダーが認識されなくなる")
class Lost(Fault, frozen=True, kw_only=True):
    """The USB plug comes loose during a call, Transmit unless the schedule's ``match`` differs.

    It is back, with the card that was in it, when programs have looked ``polls`` more times at
    the readers (EstablishContext, or a fetch of the readers' states), or when one waits for a
    change; 0: it stays away. Hands that cannot tell (a relay) leave it away, too. A program that
    only waits for a change sees it go after half a second, once, and come back a second later.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    polls: int = 3

    def __post_init__(self) -> None:
        if self.polls < 0:
            raise ValueError(f"polls counts from 0, not {self.polls}")

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return watched(names, run, lambda: self._watched(run))

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        hands = run.hands
        if name == "Wait":
            self._watched(run)
        else:
            hands.unplug()
            if self.polls:
                after_looks(run, self.polls, hands.plug)
        return calls.call(name, client, args)

    def _watched(self, run: FaultRun) -> None:
        run.hands.unplug()
        if self.polls:
            run.clock.later(AWAY, run.hands.plug)

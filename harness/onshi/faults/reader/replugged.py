"""The reader's plug is pulled, and put in again."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import AWAY, after_looks, watched
from onshi.seams import ReaderCalls, Seam


@fault("reader.replugged", Seam.READER, title="カードリーダーが抜かれ、差し直される")
class Replugged(Fault, frozen=True, kw_only=True):
    """During a call, Transmit unless the schedule's ``match`` differs, or while a program watches.

    Handles of before answer SCARD_E_READER_UNAVAILABLE for ever, though the reader is there
    again, with its card: at once for ``looks = 0``, else when programs have looked so often at
    the readers (EstablishContext, or a fetch of their states) or when one waits for a change. A
    program that only waits sees it go after half a second, once, and come back a second later.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    looks: int = 2

    def __post_init__(self) -> None:
        if self.looks < 0:
            raise ValueError(f"looks counts from 0, not {self.looks}")

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
            if not (self.looks and after_looks(run, self.looks, hands.plug)):
                hands.plug()
        return calls.call(name, client, args)

    def _watched(self, run: FaultRun) -> None:
        run.hands.unplug()
        run.clock.later(AWAY, run.hands.plug)

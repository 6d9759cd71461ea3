"""The card is taken out and put in again in the middle."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import after_looks
from onshi.seams import ReaderCalls, Seam


@fault("hands.reinserted", Seam.READER, title="途中でカードが抜かれ、すぐ置き直される")
class Reinserted(Fault, frozen=True, kw_only=True):
    """Just before a call: Transmit, unless the schedule's ``match`` names another or a command.

    The call finds the handle dead (SCARD_W_REMOVED_CARD), and so does every other until the
    program reconnects or connects anew; a PIN that was verified is so no more. ``looks``: the
    card is back only after programs have looked so often at the readers, or wait for a change.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    looks: int = 0

    def __post_init__(self) -> None:
        if self.looks < 0:
            raise ValueError(f"looks counts from 0, not {self.looks}")

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        run.hands.remove()
        if not (self.looks and after_looks(run, self.looks, run.hands.insert)):
            run.hands.insert()
        return calls.call(name, client, args)

"""The reader's plug is pulled, for good."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import WATCHED, gone_while_watched, when_watched
from onshi.seams import ReaderCalls, Seam


@fault("reader.unplugged", Seam.READER, title="カードリーダーが抜かれたまま戻らない")
class Unplugged(Fault, frozen=True, kw_only=True):
    """During a call, Transmit unless the schedule's ``match`` differs, or while a program watches.

    Handles answer SCARD_E_READER_UNAVAILABLE for ever. The reader is plugged in again when the
    fault is taken back.
    """

    OPERATIONS: ClassVar[frozenset[str]] = WATCHED

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return gone_while_watched(names, run)

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        if name == "Wait":
            when_watched(run, run.hands.unplug)
        else:
            run.hands.unplug()
        return calls.call(name, client, args)

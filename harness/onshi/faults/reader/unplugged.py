"""The reader's plug is pulled, for good."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import watched
from onshi.seams import ReaderCalls, Seam


@fault("reader.unplugged", Seam.READER, title="カードリーダーが抜かれたまま戻らない")
class Unplugged(Fault, frozen=True, kw_only=True):
    """During a call, Transmit unless the schedule's ``match`` differs, or while a program watches.

    Handles answer SCARD_E_READER_UNAVAILABLE for ever. The reader is plugged in again when the
    fault is taken back.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return watched(names, run, lambda: self._watched(run))

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        self._watched(run)
        return calls.call(name, client, args)

    def _watched(self, run: FaultRun) -> None:
        run.hands.unplug()

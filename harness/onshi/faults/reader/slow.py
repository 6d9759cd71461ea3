"""A call to the reader takes its time, then succeeds."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import ReaderCalls, Seam


@fault("reader.slow", Seam.READER, title="カードリーダーの応答が遅い")
class Slow(Fault, frozen=True, kw_only=True):
    """``seconds`` before each answer (to Transmit, unless the schedule's ``match`` differs)."""

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    seconds: float = 2.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        run.wait(self.seconds)
        return calls.call(name, client, args)

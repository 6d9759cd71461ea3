"""A call to the reader never comes back."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import ReaderCalls, Seam


@fault("reader.hang", Seam.READER, title="カードリーダーが応答しない")
class Hang(Fault, frozen=True, kw_only=True):
    """No answer (to Transmit, unless the schedule's ``match`` differs) until the deadline.

    Then, or when the desk closes, the connection drops; libpcsclite itself knows no time-out.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        run.hang()

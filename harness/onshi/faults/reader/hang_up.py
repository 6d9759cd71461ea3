"""The PC/SC daemon dies in the middle of a call."""

from __future__ import annotations

from typing import Any, ClassVar

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import HangUpError, ReaderCalls, Seam


@fault("reader.hang_up", Seam.READER, title="PC/SC サービスが途中で落ちる")
class HangUp(Fault, frozen=True, kw_only=True):
    """The connection closes instead of an answer (to Transmit, unless ``match`` differs).

    The program sees RPC errors on this context; a new context works again.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        raise HangUpError

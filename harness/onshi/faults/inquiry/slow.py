"""The answer takes long."""

from __future__ import annotations

import msgspec

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.slow", Seam.INQUIRY, title="資格確認の回答が遅い")
class Slow(Fault, frozen=True, kw_only=True):
    """``seconds`` until the answer starts, at most the desk's deadline."""

    seconds: float = 45.0

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"seconds cannot be negative: {self.seconds}")

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        delay = min(answer.delay + self.seconds, run.deadline)
        return msgspec.structs.replace(answer, delay=delay)

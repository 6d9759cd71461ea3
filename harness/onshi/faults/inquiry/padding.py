"""保険者番号 is padded in another way."""

from __future__ import annotations

from typing import Literal

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.padding", Seam.INQUIRY, title="保険者番号の桁埋め（空白・ゼロ）が違う")
class Padding(Fault, frozen=True, kw_only=True):
    """``zeros`` and ``spaces`` fill up to eight places on the left, ``trailing`` with spaces on
    the right, ``none`` leaves the number as short as it is.

    The usual is spaces on the left. Numbers of eight digits have nothing to fill: seen by 国保,
    whose numbers have six.
    """

    style: Literal["zeros", "spaces", "trailing", "none"] = "zeros"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        return {e: self._padded(text.strip()) for e, text in said(record, "InsurerNumber").items()}

    def _padded(self, number: str) -> str:
        styles = {
            "zeros": number.zfill(8),
            "spaces": number.rjust(8),
            "trailing": number.ljust(8),
            "none": number,
        }
        return styles[self.style]

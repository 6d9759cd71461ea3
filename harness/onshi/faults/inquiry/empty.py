"""有効, but no qualification in the answer."""

from __future__ import annotations

from typing import Literal

import msgspec

from onshi.eligibility.codes import Validity
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.empty", Seam.INQUIRY, title="有効なのに資格情報が入っていない")
class Empty(Fault, frozen=True, kw_only=True):
    """``result_list`` is ``absent``, or there and ``empty``."""

    result_list: Literal["absent", "empty"] = "absent"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        return msgspec.structs.replace(
            answer, validity=Validity.VALID, records=[], has_list=self.result_list == "empty"
        )

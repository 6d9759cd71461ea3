"""The centre ends the request abnormally."""

from __future__ import annotations

from onshi.eligibility.codes import SYSTEM_ERROR, Segment, Status
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.system_error", Seam.INQUIRY, title="システムエラー（異常終了）が返る")
class SystemError(Fault, frozen=True, kw_only=True):
    """SegmentOfResult 9 with ErrorCode and ErrorMessage; ``body = false`` sends no body.

    ``code`` is a placeholder unless you set one you know: genuine codes are not public.
    """

    code: str = SYSTEM_ERROR[0]
    message: str = SYSTEM_ERROR[1]
    body: bool = True

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        told = (self.code, self.message)
        return Answer(
            segment=Segment.FAILED,
            status=Status.ERROR if self.body else None,
            has_list=False,
            error=told,
            processing=told if self.body else None,
        )

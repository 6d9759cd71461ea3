"""The centre finds an error in the items of the request."""

from __future__ import annotations

from onshi.eligibility.codes import ITEM_ERROR, Status
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.request_error", Seam.INQUIRY, title="要求の項目誤り（処理結果エラー）が返る")
class RequestError(Fault, frozen=True, kw_only=True):
    """ProcessingResultStatus 2 without a validity.

    ``code`` is a placeholder unless you set one you know: genuine codes are not public.
    """

    code: str = ITEM_ERROR[0]
    message: str = ITEM_ERROR[1]

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return Answer(status=Status.ERROR, has_list=False, processing=(self.code, self.message))

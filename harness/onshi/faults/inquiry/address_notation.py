"""The address is the patient's, written in another way."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.notation import address_as
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.address_notation", Seam.INQUIRY, title="住所の表記（丁目・番地・号）が違う")
class AddressNotation(Fault, frozen=True, kw_only=True):
    """What １－２－３ becomes: ``chome`` １丁目２番３号 · ``kanji_chome`` 一丁目２番３号 ·
    ``kanji`` 一丁目二番三号 · ``banchi`` １丁目２番地３ · ``banchi_no`` １丁目２番地の３ ·
    ``no`` １の２の３ · ``hyphens`` １－２－３ · ``half`` 1-2-3, the rest in half width, too.

    Nothing changes for an address without two or three numbers in a row.
    """

    style: Literal[
        "chome", "kanji_chome", "kanji", "banchi", "banchi_no", "no", "hyphens", "half"
    ] = "chome"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(
            inquiries.ask(inquiry),
            lambda r: {e: address_as(text, self.style) for e, text in said(r, "Address").items()},
        )

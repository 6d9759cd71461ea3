"""Numbers, kana or spaces come in the other width than they usually have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from onshi.eligibility.kana import full_width, half_width
from onshi.eligibility.notation import full_width_text, half_width_text
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam

_ELEMENTS = {
    "symbol": ("InsuredCardSymbol",),
    "number": ("InsuredIdentificationNumber", "InsuredBranchNumber"),
    "space": ("Name", "InsuredName"),
    "kana": ("NameKana",),
    "address": ("Address",),
}


@fault("inquiry.width", Seam.INQUIRY, title="記号・番号・カナ・空白の全角と半角が入れ替わる")
class Width(Fault, frozen=True, kw_only=True):
    """``which`` width ``of`` has: 記号, 番号 with 枝番, the space in a name, フリガナ, address.

    The usual is: kana half, the space in a name full width (U+3000), the rest as registered.
    """

    which: Literal["full", "half"] = "full"
    of: Literal["all", "symbol", "number", "space", "kana", "address"] = "all"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        wanted = _ELEMENTS if self.of == "all" else {self.of: _ELEMENTS[self.of]}
        return {
            element: self._converted(what, text)
            for what, elements in wanted.items()
            for element, text in said(record, *elements).items()
        }

    def _converted(self, what: str, text: str) -> str:
        full = self.which == "full"
        if what == "space":
            return text.replace(*(" ", "　") if full else ("　", " "))
        convert: Callable[[str], str] = full_width_text if full else half_width_text
        if what == "kana":
            convert = full_width if full else half_width
        return convert(text)

"""Elements are there and empty, or are not there at all."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.messages import QualificationRecord, record_elements, set_element
from onshi.errors import suggest
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam

_OFTEN_UNSET = (
    "InsuredCardSymbol",
    "InsuredBranchNumber",
    "InsuredName",
    "Address",
    "PostNumber",
    "DisqualificationDate",
    "InsuredCardExpirationDate",
    "InsuredPartialContributionRatio",
    "PreschoolClassification",
    "ReasonOfLoss",
)


@fault("inquiry.empty_elements", Seam.INQUIRY, title="項目が空のまま返る、または項目ごと欠ける")
class EmptyElements(Fault, frozen=True, kw_only=True):
    """``elements`` are sent empty (``<Address/>``) or left out, as ``shape`` has it.

    With ``unset``, and ``shape = "empty"``, what the answer would leave out is there, too, and
    empty: a date or a code of no characters. Both occur (facts: oqs page, section 2).
    """

    shape: Literal["empty", "absent"] = "empty"
    elements: tuple[str, ...] = ("Address",)
    unset: bool = True

    def __post_init__(self) -> None:
        known = record_elements()
        for element in self.elements:
            if element not in known:
                near = suggest(element, known)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise ValueError(f"a qualification has no element {element!r}{hint}")
            set_element(QualificationRecord(), element, "" if self.shape == "empty" else None)

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        wanted: Spelt = dict.fromkeys(self.elements, "" if self.shape == "empty" else None)
        if self.shape == "empty" and self.unset:
            unset = set(_OFTEN_UNSET) - set(said(record, *_OFTEN_UNSET))
            wanted |= dict.fromkeys(sorted(unset), "")
        return wanted

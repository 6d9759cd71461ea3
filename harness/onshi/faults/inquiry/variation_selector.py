"""A kanji of the name comes with a variation selector: one character, two code points."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.blackdot import BLACKDOT, characters, dot
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, named, registered, respell
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam

_SELECTOR = "\U000e0100"


@fault("inquiry.variation_selector", Seam.INQUIRY, title="氏名の漢字に異体字セレクタが付いて返る")
class VariationSelector(Fault, frozen=True, kw_only=True):
    """``shape`` is what arrives of such a kanji, which the ● rule would make one ●.

    ``kept``: kanji and selector · ``base``: the kanji alone, another one than the person's ·
    ``dot_after``: the kanji and ● for the selector, as from a system that goes by code points. A
    name without one gets U+E0100 after its first kanji.
    """

    shape: Literal["kept", "base", "dot_after"] = "kept"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        name = registered(record).get("Name", "")
        if not name:
            return {}
        chars = characters(name)
        if not any(_selected(c) for c in chars):
            chars[0] += _SELECTOR
        return named(record, "".join(self._shown(c) if _selected(c) else dot(c) for c in chars))

    def _shown(self, char: str) -> str:
        base = {"kept": char, "base": char[0], "dot_after": char[0] + BLACKDOT}
        return base[self.shape]


def _selected(char: str) -> bool:
    return len(char) > 1 and 0xE0100 <= ord(char[1]) <= 0xE01EF

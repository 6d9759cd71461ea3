"""Difficult characters arrive as they are, where others become ●."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.blackdot import dot
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import registered, respell
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.raw_characters", Seam.INQUIRY, title="髙や﨑などの字が●にならずそのまま返る")
class RawCharacters(Fault, frozen=True, kw_only=True):
    """What passes here is refused in a レセプト later (facts: oqs page, section 5).

    ``passes``: ``cp932`` lets the IBM extensions (髙, 﨑) and NEC row 13 (①, ㈱) through,
    ``jisx0213`` the third and fourth level, ``unicode`` everything. Nothing changes for a name
    without such characters: ``scene.difficult_name`` gives one.
    """

    passes: Literal["cp932", "jisx0213", "unicode"] = "cp932"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(
            inquiries.ask(inquiry),
            lambda r: {e: dot(text, self.passes) for e, text in registered(r).items()},
        )

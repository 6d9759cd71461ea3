"""The name has another kanji than the card has: somebody mistook one for the other."""

from __future__ import annotations

from onshi.eligibility.blackdot import dot
from onshi.eligibility.readings import other_kanji
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, named, registered, respell
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.other_kanji", Seam.INQUIRY, title="氏名の漢字がカードの券面と違う")
class OtherKanji(Fault, frozen=True, kw_only=True):
    """One kanji of 氏名 is another one of the same reading or look: 伊東 for 伊藤. Kana stay.

    ``family`` and ``given`` as they are to arrive; without either, always the same for a name.
    """

    family: str = ""
    given: str = ""

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        family, gap, given = registered(record).get("Name", "").partition("　")
        if not family:
            return {}
        if self.family or self.given:
            family, given = self.family or family, self.given or given
        else:
            family, given = other_kanji(family, given)
        return named(record, dot(f"{family}{gap}{given}"))

"""フリガナ is another reading of the same kanji than the person's own."""

from __future__ import annotations

import re

from onshi.eligibility.kana import full_width, half_width
from onshi.eligibility.readings import other_reading
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.kana_reading", Seam.INQUIRY, title="フリガナの読みが本人の申告と違う")
class KanaReading(Fault, frozen=True, kw_only=True):
    """``family_kana`` and ``given_kana`` in full-width katakana; without either, a reading that
    the kanji also have, always the same for the same name.
    """

    family_kana: str = ""
    given_kana: str = ""

    def __post_init__(self) -> None:
        for kana in (self.family_kana, self.given_kana):
            if not re.fullmatch("[ァ-ヴー]*", kana):
                raise ValueError(f"a reading is in full-width katakana, not {kana!r}")

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        kana = full_width(said(record, "NameKana").get("NameKana", ""))
        family, _, given = kana.partition("　")
        if not family:
            return {}
        if self.family_kana or self.given_kana:
            family, given = self.family_kana or family, self.given_kana or given
        else:
            person = record.patient
            family, given = other_reading(person.family, person.given, family, given)
        return {"NameKana": half_width(f"{family}　{given}" if given else family)}

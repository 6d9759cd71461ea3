"""The name itself comes in kana, without kanji."""

from __future__ import annotations

from typing import Literal

import jaconv

from onshi.eligibility.kana import full_width, half_width
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, named, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.name_in_kana", Seam.INQUIRY, title="氏名が漢字ではなくカナで返る")
class NameInKana(Fault, frozen=True, kw_only=True):
    """氏名 says what フリガナ says, in ``script``; so does 被保険者氏名 of the same person."""

    script: Literal["katakana", "hiragana", "half"] = "katakana"

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        kana = full_width(said(record, "NameKana").get("NameKana", ""))
        if not kana:
            return {}
        return named(record, self._written(kana))

    def _written(self, kana: str) -> str:
        if self.script == "hiragana":
            return str(jaconv.kata2hira(kana))
        return half_width(kana) if self.script == "half" else kana

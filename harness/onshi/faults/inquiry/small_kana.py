"""Small kana arrive spelt full size: ｼﾖｳｲﾁ for ショウイチ."""

from __future__ import annotations

import msgspec

from onshi.eligibility.kana import fold_small
from onshi.eligibility.mapping import shown
from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Answer, Inquiries, Inquiry, Seam


@fault("inquiry.small_kana", Seam.INQUIRY, title="フリガナの小文字が大文字で返る")
class SmallKana(Fault, frozen=True, kw_only=True):
    """Nothing changes for a name without small kana: ``scene.child_name_small_kana`` gives one."""

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        answer = inquiries.ask(inquiry)
        records = [
            msgspec.structs.replace(
                r, fields={**r.fields, "NameKana": fold_small(shown(r, "NameKana"))}
            )
            for r in answer.records
        ]
        return msgspec.structs.replace(answer, records=records)

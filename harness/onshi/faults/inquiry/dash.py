"""The dashes of an address, a 記号 or a フリガナ are other characters that look the same."""

from __future__ import annotations

from typing import Literal

from onshi.eligibility.notation import dashes_as, waves_as
from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.spellings import Spelt, respell, said
from onshi.seams import Answer, Inquiries, Inquiry, Record, Seam


@fault("inquiry.dash", Seam.INQUIRY, title="ハイフンや長音、波線が別の文字になって返る")
class Dash(Fault, frozen=True, kw_only=True):
    """Every dash of ``element`` is the one named in ``dash``, every wave the one in ``wave``.

    In an address only what stands between numbers is a dash; the ー of コーポ stays. Without a
    ``wave`` waves stay. In a file in Shift_JIS the pairs － − and ～ 〜 are the same bytes.
    """

    dash: Literal[
        "hyphen_minus",
        "fullwidth_hyphen_minus",
        "minus",
        "hyphen",
        "horizontal_bar",
        "prolonged",
        "half_prolonged",
    ] = "minus"
    wave: Literal["", "wave_dash", "fullwidth_tilde"] = ""
    element: Literal["Address", "NameKana", "InsuredCardSymbol", "InsuredIdentificationNumber"] = (
        "Address"
    )

    def answer(self, inquiry: Inquiry, inquiries: Inquiries, run: FaultRun) -> Answer:
        return respell(inquiries.ask(inquiry), self._respelt)

    def _respelt(self, record: Record) -> Spelt:
        respelt: Spelt = {}
        for element, text in said(record, self.element).items():
            text = dashes_as(text, self.dash, between=element == "Address")
            respelt[element] = waves_as(text, self.wave) if self.wave else text
        return respelt

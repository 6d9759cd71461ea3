"""One patient at the desk, and what an outside observer can see of how it was handled.

A :class:`Visit` is one patient coming to the desk; :class:`Handling` is what the レセコン did.
Every field of Handling is optional: a field left out makes the rules that need it *not
observed*, never *met*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from onshi.people.records import Patient

__all__ = [
    "DOCUMENTS",
    "RESPONSES",
    "RESPONSE_OF_DOCUMENT",
    "STATUSES",
    "Chart",
    "Claim",
    "Decision",
    "Document",
    "Handling",
    "Purpose",
    "Returned",
    "Status",
    "Visit",
]

Purpose = Literal["visit", "claim", "returns"]
"""Why the desk is busy with a patient: they are here; their claim is due; it came back."""

Status = Literal[
    "valid",
    "invalid",
    "invalid_new",
    "not_found",
    "multiple",
    "valid_unregistered",
    "request_error",
    "pending",
    "device_unusable",
    "system_unreachable",
]
STATUSES: tuple[str, ...] = get_args(Status)

RESPONSES = {
    "hokensho": "健康保険証で確認",
    "kakuninsho": "資格確認書で確認",
    "oshirase": "資格情報のお知らせで確認",
    "portal": "マイナポータル画面で確認",
    "past_visit": "過去の来院情報をもとに確認",
    "moushitatesho": "被保険者資格申立書に記入",
    "ten_wari": "いったん10割負担",
    "other": "その他",
}
"""The response methods of the survey (003:L200-204) by id: the words of ``offered``."""

DOCUMENTS = (
    "健康保険証",
    "資格確認書",
    "資格情報のお知らせ",
    "マイナポータル",
    "被保険者資格申立書",
    "医療証",
)
"""What can be shown at the desk instead of the card: ``decide`` answers ``document:資格確認書``."""

RESPONSE_OF_DOCUMENT = {
    "健康保険証": "hokensho",
    "資格確認書": "kakuninsho",
    "資格情報のお知らせ": "oshirase",
    "マイナポータル": "portal",
    "被保険者資格申立書": "moushitatesho",
}


class Chart(msgspec.Struct, kw_only=True):
    """The patient's insurance page in the レセコン, as far as the product shows it.

    Names as displayed (the space may be either width), dates ISO, ``copay_percent`` in percent,
    ``limit`` an OQSCD012 bracket (``A03``), ``public`` the registered 公費 numbers. ``relation`` is
    本人 or 家族 (or ``1``, ``2`` as in the messages); ``valid_from`` and ``valid_to`` are
    適用開始日 and 有効期限 as text (``2025-04-01``). ``None`` means not reported; ``""`` means that
    the product shows the field empty.
    """

    chart_no: str | None = None
    name: str | None = None
    kana: str | None = None
    birthdate: date | None = None
    sex: str | None = None
    address: str | None = None
    insurer_number: str | None = None
    symbol: str | None = None
    number: str | None = None
    branch: str | None = None
    copay_percent: int | None = None
    limit: str | None = None
    public: tuple[str, ...] | None = None
    status: str | None = None
    relation: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class Document(msgspec.Struct, kw_only=True):
    """One paper the product printed: 領収書, 処方箋, 診断書, 診察券."""

    kind: str
    text: str


class Handling(msgspec.Struct, kw_only=True):
    """What the レセコン did with one visit, as seen from outside.

    ``message`` what the operator read · ``offered`` ids of :data:`RESPONSES` · ``asked`` the
    questions put to the operator · ``warned`` the warnings shown · ``copay_percent`` the share
    charged · ``evidence`` what the acceptance rests on (``online`` or ids of RESPONSES) ·
    ``refund`` yen · ``elapsed`` seconds. When a claim is due (``visit.purpose``): ``held`` whether
    it was kept back. When it came back: ``reopened`` whether the case is open again, ``reasons``
    what the product shows as the reason.
    """

    status: Status | None = None
    message: str | None = None
    offered: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    warned: tuple[str, ...] | None = None
    copay_percent: int | None = None
    chart_before: Chart | None = None
    chart_after: Chart | None = None
    evidence: tuple[str, ...] | None = None
    documents: tuple[Document, ...] | None = None
    refund: int | None = None
    elapsed: float | None = None
    held: bool | None = None
    reopened: bool | None = None
    reasons: tuple[str, ...] | None = None


class Claim(msgspec.Struct, kw_only=True):
    """What came of writing the claim of a visit.

    ``path`` of the レセプト電算 file, None when none was written; ``held``: it was kept back, as
    is allowed while a qualification is not confirmed. The rest as in :class:`Handling`.
    """

    path: str | None = None
    held: bool | None = None
    message: str | None = None
    warned: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    evidence: tuple[str, ...] | None = None
    refund: int | None = None
    chart_after: Chart | None = None


class Returned(msgspec.Struct, kw_only=True):
    """What the product made of a 返戻 file: ``reopened`` the case, and the ``reasons`` it shows."""

    reopened: bool | None = None
    reasons: tuple[str, ...] | None = None
    message: str | None = None
    warned: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None


class Decision(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What the operator answers: ``answer`` if it is offered and the prompt matches ``when``."""

    answer: str
    when: str = "*"
    times: int | None = None


class Visit:
    """One patient at the desk: the situation, and what the people in it do.

    ``purpose`` ``claim`` or ``returns``: nobody is here, the chart is the one that the product
    has of the patient, and the operator can be asked. ``returns``: the RECEIPTC.HEN that came.
    """

    def __init__(
        self,
        *,
        trouble: str,
        patient: Patient,
        brings: tuple[str, ...],
        says: Mapping[str, Any],
        first_visit: bool,
        chart: Chart | None,
        date: date,
        surfaces: frozenset[str],
        inquiry: Mapping[str, str],
        papers: Mapping[str, Chart],
        pins: tuple[str, ...],
        decisions: tuple[Decision, ...],
        present: Callable[[], None],
        take_away: Callable[[], None],
        note: Callable[..., None],
        purpose: Purpose = "visit",
    ) -> None:
        self.purpose = purpose
        self.returns: Path | None = None
        self.trouble, self.patient, self.brings, self.says = trouble, patient, brings, says
        self.first_visit, self.chart, self.date = first_visit, chart, date
        self.surfaces, self.inquiry, self.papers = surfaces, inquiry, papers
        self._pins, self._decisions = list(pins), decisions
        self._used = [0] * len(decisions)
        self._present, self._take_away, self._note = present, take_away, note
        self.pins_entered = 0
        self.asked: list[tuple[str, tuple[str, ...], str]] = []

    def present(self) -> None:
        """The patient puts the card on the reader, or identifies at the face reader."""
        self._note("present")
        self._present()

    def take_away(self) -> None:
        """The patient takes the card back."""
        self._note("take_away")
        self._take_away()

    def enter_pin(self) -> str | None:
        """What the patient types this time; None when they type nothing (more)."""
        if not self._pins:
            self._note("pin", entered=False)
            return None
        pin = self._pins.pop(0)
        self.pins_entered += 1
        self._note("pin", entered=True)
        return pin

    def decide(self, prompt: str, options: tuple[str, ...] | list[str]) -> str:
        """The operator's answer to a question of the software: one of ``options``.

        The words: ``use_online``, ``keep_chart``, ``past_visit``, ``retry``, ``cancel``,
        ``document:資格確認書``, ``copay:30``; any other word stands for a candidate that was
        offered. An unscripted question is journalled and answered ``cancel``.
        """
        answer, scripted = "cancel", False
        for i, decision in enumerate(self._decisions):
            spent = decision.times is not None and self._used[i] >= decision.times
            if not spent and decision.answer in options and fnmatchcase(prompt, decision.when):
                self._used[i] += 1
                answer, scripted = decision.answer, True
                break
        self.asked.append((prompt, tuple(options), answer))
        self._note("decide", options=list(options), answer=answer, scripted=scripted)
        return answer

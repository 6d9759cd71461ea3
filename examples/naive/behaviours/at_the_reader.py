"""Mistakes at the card reader: PIN, certificate, who else was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from clinic.card import CardSession, PinAnswer
from clinic.case import Case
from clinic.errors import DeviceTrouble
from clinic.face import FaceFolder
from clinic.messages import Result
from clinic.reception import Reception

from behaviours.registry import mistake

retry_pin = mistake(
    "retry_pin",
    "H44",
    ja="暗証番号が通らないのは接触不良だろうから、もう一度送る。",
    en="A PIN that does not go through is a bad contact: send it once more.",
)


@retry_pin.instead_of(CardSession, "verify")
def _twice(usual: Callable[..., PinAnswer], session: CardSession, pin: str) -> PinAnswer:
    first = usual(session, pin)
    return first if first.right or first.tries_left == 0 else usual(session, pin)


shows_the_pin = mistake(
    "shows_the_pin",
    "H45",
    ja="打ち間違いが分かるように、入力された暗証番号を画面に出す。",
    en="Show the PIN that was typed, so that a slip can be seen.",
)


@shows_the_pin.instead_of(Reception, "_check_pin")
def _shown(usual: Callable[..., None], desk: Reception, case: Case, session: CardSession) -> None:
    typed = case.arrival.enter_pin

    def enter() -> str | None:
        pin = typed()
        case.dialog.warn(f"入力された暗証番号: {pin}")
        return pin

    case.arrival = replace(case.arrival, enter_pin=enter)
    usual(desk, case, session)


certificate_unsaid = mistake(
    "certificate_unsaid",
    "H57",
    ja="期限切れのカードは「使えません」と出せば足りる。",
    en="A card that has run out: 'cannot be used' is enough to say.",
)


@certificate_unsaid.instead_of(Reception, "_check_card")
def _unsaid(usual: Callable[..., None], desk: Reception, case: Case) -> None:
    try:
        usual(desk, case)
    except DeviceTrouble as trouble:
        if trouble.category != "certificate":
            raise
        raise DeviceTrouble("certificate", "このカードは使えません") from None


expired_certificate_is_invalid = mistake(
    "expired_certificate_is_invalid",
    "H10",
    "H57",
    ja="カードの期限が切れていれば、保険も切れている。",
    en="Where the card has run out the insurance has, too.",
    why="H10 はカードの不良一般に、H57 は証明書の期限切れに、同じ「無効」の表示を問う。",
)


@expired_certificate_is_invalid.instead_of(Reception, "_check_card")
def _run_out(usual: Callable[..., None], desk: Reception, case: Case) -> None:
    try:
        usual(desk, case)
    except DeviceTrouble as trouble:
        if trouble.category == "certificate":
            case.shown_as_invalid = True  # type: ignore[attr-defined]
        raise


@expired_certificate_is_invalid.instead_of(Reception, "_settle")
def _as_invalid(usual: Callable[..., None], desk: Reception, case: Case, *more: Any) -> None:
    usual(desk, case, *more)
    if getattr(case, "shown_as_invalid", False):
        case.status = "invalid"


only_who_was_called = mistake(
    "only_who_was_called",
    "H46",
    ja="呼んだ患者の結果だけ見ればよい。",
    en="Only the result of the patient who was called matters.",
)


@only_who_was_called.instead_of(FaceFolder, "next_result")
def _only(usual: Callable[..., Result], face: FaceFolder, *call: Any) -> Result:
    result = usual(face, *call)
    face.not_called = []
    return result

"""Mistakes at the card reader: PIN, certificate, who else was read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clinic import compare
from clinic.card import CardSession, PinAnswer
from clinic.case import Case
from clinic.dialog import RETRY
from clinic.errors import DeviceTrouble
from clinic.face import FaceFolder
from clinic.fallback import Fallback
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


staff_type_the_pin = mistake(
    "staff_type_the_pin",
    "H45",
    ja="患者が入力できなければ、番号を聞いて職員が打つ。",
    en="Where the patient cannot type, staff ask for the PIN and type it.",
)


@staff_type_the_pin.instead_of(Reception, "_check_pin")
def _by_staff(usual: Callable[..., None], desk: Reception, case: Case, session: Any) -> None:
    try:
        usual(desk, case, session)
    except DeviceTrouble as trouble:
        if trouble.category == "pin" and "入力されません" in trouble.text:
            case.dialog.warn("職員が暗証番号を聞いて入力してください。")
        raise


elderly_until_it_works = mistake(
    "elderly_until_it_works",
    "H52",
    ja="高齢の方は職員が手伝うので、顔認証が通るまで続ける。",
    en="Staff help the elderly, and so the face is tried until it goes through.",
)


@elderly_until_it_works.instead_of(Fallback, "choose")
def _until_it_works(
    usual: Callable[..., bool], fallback: Fallback, case: Case, *, retry: bool
) -> bool:
    born = case.arrival.form.birthdate
    elderly = born is not None and compare.age(born, case.arrival.day) >= 75
    if not elderly or "顔認証の結果が届きません" not in case.message:
        return usual(fallback, case, retry=retry)
    case.message, case.offered = "顔認証ができません。", ()
    options = (RETRY,) if case.retries_left else ()
    return case.dialog.ask("もう一度、顔を映してください。", *options) == RETRY


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


unread_is_not_received = mistake(
    "unread_is_not_received",
    "H55",
    ja="カードが読めなければ、読めるまで置き直してもらう。",
    en="A card that cannot be read is laid down again until it can.",
)


@unread_is_not_received.instead_of(Fallback, "choose")
def _until_it_can(
    usual: Callable[..., bool], fallback: Fallback, case: Case, *, retry: bool
) -> bool:
    if case.status != "device_unusable" or "置き方を" not in case.message:
        return usual(fallback, case, retry=retry)
    case.offered = ()
    options = (RETRY,) if case.retries_left else ()
    return case.dialog.ask("カードを置き直してください。", *options) == RETRY


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

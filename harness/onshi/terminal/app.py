"""The face-reader application: does the person get identified, and with which consents?"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from onshi.clock import Clock
from onshi.people.records import CardSpec, Patient
from onshi.seams import TerminalOutcome

__all__ = [
    "GRACE_FROM",
    "SCREEN_EXPIRED",
    "SCREEN_NOT_REGISTERED",
    "SCREEN_NOT_YET_VALID",
    "SCREEN_OTHER_CARD",
    "SCREEN_OTHER_FACE",
    "SCREEN_REVOKED",
    "SCREEN_UNREADABLE",
    "FaceTerminal",
    "grace_end",
]

GRACE_FROM = date(2024, 12, 2)
"""Since when an expired certificate goes on for a while (facts: card page, section 7)."""

SCREEN_EXPIRED = "006 電子証明書の有効期限が切れているため、このカードでは受け付けできません"
"""Our wording, as all of these; 006 is the number that such readers show."""
SCREEN_REVOKED = "006 電子証明書が失効しているため、このカードでは受け付けできません"
SCREEN_NOT_YET_VALID = "電子証明書の有効期間がまだ始まっていません"
SCREEN_NOT_REGISTERED = "更新された電子証明書がまだ登録されていません"
SCREEN_OTHER_CARD = "マイナンバーカードではありません"
SCREEN_OTHER_FACE = "顔がカードの写真と一致しません"
SCREEN_UNREADABLE = "カードを読み取れませんでした"

_GRACE_MONTHS = 3
_REGISTERED_AFTER = timedelta(days=2)
"""A renewed certificate is not known until so much later (survey: 003:L637)."""
_NO_CHIP = ("dead_chip",)
_NEEDED = {"jpki", "jpki/000A"}


def grace_end(cert_until: date) -> date:
    """The end of the month three months after the certificate's last day."""
    year, month = divmod(cert_until.year * 12 + cert_until.month - 1 + _GRACE_MONTHS, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _unusable(patient: Patient, card: CardSpec) -> str:
    """What the reader shows for a card that it cannot use for this person; "" if it can."""
    if card.kind in _NO_CHIP:
        return SCREEN_UNREADABLE
    if card.kind != "phone" and not card.kind.startswith("mynumber"):
        return SCREEN_OTHER_CARD
    if not _NEEDED.isdisjoint(card.missing) or "auth" in card.damage:
        return SCREEN_UNREADABLE
    if card.holder is not None and card.holder.key != patient.key:
        return SCREEN_OTHER_FACE
    return ""


class FaceTerminal:
    """Identifies everybody with a sound card of their own whose certificate is good today.

    A certificate is good from its first to its last day and in the months of grace after it;
    in grace, which phones do not have, there is 資格確認 only: no consent to 診療/薬剤情報. It
    asks the server, too: a revoked one is refused, and one renewed up to two days ago. Consents
    are what the patient chooses on the screen; 限度額 is not given unless asked for (002:L420).
    """

    def __init__(
        self, clock: Clock, *, limit_consent: bool = False, info_consent: bool = True
    ) -> None:
        self._clock = clock
        self.limit_consent, self.info_consent = limit_consent, info_consent

    def present(self, patient: Patient, card: CardSpec) -> TerminalOutcome:
        """How it ends for this patient with this card today."""
        today = self._clock.today
        screen = _unusable(patient, card) or self._no_good(card, today)
        if screen:
            return TerminalOutcome(method=None, screen=screen)
        return TerminalOutcome(
            method="face",
            limit_consent=self.limit_consent,
            info_consent=self.info_consent and today <= card.cert_until,
        )

    def _no_good(self, card: CardSpec, today: date) -> str:
        """What the reader shows for a certificate that is not good today; "" if it is."""
        if card.revoked:
            return SCREEN_REVOKED
        if today < card.cert_from:
            return SCREEN_NOT_YET_VALID
        if card.renewed is not None and card.renewed <= today <= card.renewed + _REGISTERED_AFTER:
            return SCREEN_NOT_REGISTERED
        grace = card.kind != "phone" and GRACE_FROM <= today <= grace_end(card.cert_until)
        return SCREEN_EXPIRED if today > card.cert_until and not grace else ""

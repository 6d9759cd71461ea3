"""The face-reader application: does the person get identified, and with which consents?"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from onshi.clock import Clock
from onshi.people.records import CardSpec, Patient
from onshi.seams import TerminalOutcome

__all__ = ["GRACE_FROM", "SCREEN_EXPIRED", "FaceTerminal", "grace_end"]

GRACE_FROM = date(2024, 12, 2)
"""Since when an expired certificate goes on for a while (facts: card page, section 7)."""

SCREEN_EXPIRED = "006 電子証明書の有効期限が切れているため、このカードでは受け付けできません"
"""Our wording; 006 is the number that such readers show."""

_GRACE_MONTHS = 3


def grace_end(cert_until: date) -> date:
    """The end of the month three months after the certificate's last day."""
    year, month = divmod(cert_until.year * 12 + cert_until.month - 1 + _GRACE_MONTHS, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


class FaceTerminal:
    """Identifies everybody whose certificate is in date, or in the months of grace after it.

    In grace, which phones do not have, there is 資格確認 only: no consent to 診療/薬剤情報.
    Consents are what the patient chooses on the screen; 限度額 is not given unless asked for
    (002:L420).
    """

    def __init__(
        self, clock: Clock, *, limit_consent: bool = False, info_consent: bool = True
    ) -> None:
        self._clock = clock
        self.limit_consent, self.info_consent = limit_consent, info_consent

    def present(self, patient: Patient, card: CardSpec) -> TerminalOutcome:
        """How it ends for this patient with this card today."""
        today = self._clock.today
        expired = today > card.cert_until
        grace = card.kind != "phone" and GRACE_FROM <= today <= grace_end(card.cert_until)
        if expired and not grace:
            return TerminalOutcome(method=None, screen=SCREEN_EXPIRED)
        return TerminalOutcome(
            method="face",
            limit_consent=self.limit_consent,
            info_consent=self.info_consent and not expired,
        )

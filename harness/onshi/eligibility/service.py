"""The eligibility system without its wire: an inquiry in, an answer out."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from onshi.clock import Clock
from onshi.eligibility.codes import ITEM_ERROR, NOTICE_EXPIRY, Status, Validity
from onshi.eligibility.register import Register
from onshi.scene import Scene
from onshi.seams import Answer, Inquiry, Record

__all__ = ["EligibilityService", "add_months", "parse_day"]

_NOTICE_MONTHS = 3


class EligibilityService:
    """Answers from the live scene: edits of it and travel take effect at the next inquiry."""

    def __init__(self, scene: Scene, clock: Clock) -> None:
        self._scene, self._clock = scene, clock
        self._register = Register(lambda: self._scene.coverages, today=lambda: self._clock.today)

    def ask(self, inquiry: Inquiry) -> Answer:
        """The answer to a query by card (``by_card``: the patient's key) or by numbers."""
        if wrong := _wrong_item(inquiry):
            code, text = ITEM_ERROR
            return Answer(
                status=Status.ERROR, has_list=False, processing=(code, f"{text}: {wrong}")
            )
        on = parse_day(inquiry.date) or self._clock.today
        if inquiry.by_card is not None:
            found = self._register.by_person(inquiry.by_card, on)
        else:
            found = self._register.by_numbers(inquiry, on)
        return Answer(
            validity=found.validity,
            records=[
                Record(
                    patient=c.shown(self._clock.today),
                    coverage=c,
                    lost=lost,
                    limit_shown=inquiry.limit_consent,
                )
                for c, lost in zip(found.coverages, found.lost, strict=True)
            ],
            has_list=found.validity != Validity.NOT_FOUND,
            processing=self._notice(inquiry),
        )

    def _notice(self, inquiry: Inquiry) -> tuple[str, str] | None:
        """付帯情報 with a normal answer: the card's certificate ends within three months."""
        scene, today = self._scene, self._clock.today
        if inquiry.by_card is None or inquiry.by_card != scene.patient.key:
            return None
        return NOTICE_EXPIRY if scene.card.cert_until < add_months(today, _NOTICE_MONTHS) else None


def _wrong_item(inquiry: Inquiry) -> str:
    """The element that cannot be used, or ``""``."""
    if inquiry.date and parse_day(inquiry.date) is None:
        return "QualificationConfirmationDate"
    if inquiry.by_card is not None:
        return ""
    for element, value in (
        ("InsurerNumber", inquiry.insurer_number),
        ("InsuredIdentificationNumber", inquiry.number),
    ):
        if not value.strip():
            return element
    return "" if parse_day(inquiry.birthdate) else "Birthdate"


def parse_day(text: str) -> date | None:
    """``YYYYMMDD`` as a date, None for anything else."""
    if len(text) != 8:
        return None
    try:
        if text.isascii() and text.isdigit():  # else ISO weeks would do
            return date.fromisoformat(text)
        return datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

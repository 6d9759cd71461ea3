"""What programs are handed as files while a desk is there: the patient, and what came back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onshi.card.identity import Identity
from onshi.errors import OnshiError
from onshi.reception import chart_of, inquiry_of
from onshi.whole_file import write_whole

if TYPE_CHECKING:
    from onshi.desk import Desk

__all__ = ["Handouts", "patient_facts"]


class Handouts:
    """The files of one desk. Whoever reads one meanwhile has the old one or the new one, whole.

    Every method that writes raises :class:`OnshiError` when that cannot be done.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._patient: Path | None = None
        self._made: set[Path] = set()

    def patient(self) -> Path:
        """``ONSHI_PATIENT``: the patient, test PINs, coverage and ready inquiry as JSON."""
        text = json.dumps(patient_facts(self._desk), ensure_ascii=False, indent=1)
        self._patient = self._write("patient.json", text.encode())
        return self._patient

    def refresh(self) -> None:
        """Patient, date or scene has changed: the file follows, once :meth:`patient` named it."""
        if self._patient is not None:
            self.patient()

    def returns(self, content: bytes) -> Path:
        """A RECEIPTC.HEN for the product to read."""
        return self._write("RECEIPTC.HEN", content)

    def take_back(self) -> None:
        """The desk closes: nothing of it stays."""
        for path in self._made:
            path.unlink(missing_ok=True)

    def _write(self, name: str, content: bytes) -> Path:
        path = self._desk.endpoints.private / name
        try:
            write_whole(path, content)
        except OSError as e:
            raise OnshiError(f"{path} cannot be written ({e.strerror}): make room there") from None
        self._made.add(path)
        return path


def patient_facts(desk: Desk) -> dict[str, Any]:
    """Who is at the desk, for a program: patient, test PINs, coverage, ready inquiry, date."""
    chart = chart_of(desk.patient, desk.coverage, desk.clock.today)
    return {
        "patient": {**msgspec.to_builtins(desk.patient), "name": desk.patient.name},
        "pins": _pins(desk),
        "coverage": msgspec.to_builtins(desk.coverage.qualification),
        "inquiry": inquiry_of(chart, limit_consent=False),
        "institution_code": desk.site.institution_code,
        "date": desk.clock.today.isoformat(),
    }


def _pins(desk: Desk) -> dict[str, str]:
    """What opens the card that the patient has brought (docs/card.md)."""
    card = desk.scene.card
    own = Identity(card, card.holder or desk.patient, desk.seed).secrets
    return {
        "auth": own.auth_pin,
        "sign": own.sign_pin,
        "text": own.text_pin,
        "juki": own.juki_pin,
        "number_a": own.number_a,
        "number_b": own.number_b,
        "birth": own.birth,
    }

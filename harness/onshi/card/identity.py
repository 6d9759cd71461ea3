"""What is printed on a card and written into it, beside the certificates."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cached_property
from random import Random

import msgspec

from onshi.card.eras import era_digits
from onshi.card.issuing import CARD_KEYS
from onshi.card.rsa import SigningKey
from onshi.people.records import CardSpec, Patient
from onshi.schedule import stream

__all__ = ["Identity", "Secrets", "municipality_code"]

_ADULT = 18
_CHIP_SERIAL_DIGITS = 15


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What opens a card, as it was issued; for a test that plays the holder. All digits or
    upper-case ASCII.

    ``number_a`` is 照合番号A (個人番号), ``number_b`` 照合番号B (生年月日, 有効期限の年 and
    ``security_code``), ``birth`` 生年月日 in the year of the era, YYMMDD.
    """

    auth_pin: str
    sign_pin: str
    text_pin: str
    juki_pin: str
    number_a: str
    number_b: str
    birth: str
    security_code: str


class Identity:
    """One card of one person: the same for the same patient, spec and seed."""

    def __init__(self, spec: CardSpec, patient: Patient, seed: int) -> None:
        self.spec, self.patient, self._seed = spec, patient, seed

    def stream(self, name: str) -> Random:
        """A stream of this card's own."""
        return stream(self._seed, f"card/{self.patient.key}/{self.spec.serial}/{name}")

    @cached_property
    def chip_serial(self) -> str:
        """15 digits."""
        size = _CHIP_SERIAL_DIGITS
        return f"{self.stream('chip').randrange(10**size):0{size}d}"

    @property
    def municipality(self) -> str:
        """市区町村コード, 5 digits."""
        return municipality_code(self.patient.municipality)

    @property
    def sex(self) -> bytes:
        """ASCII 1, 2, or 9 for neither."""
        return {"1": b"1", "2": b"2"}.get(self.patient.sex, b"9")

    @cached_property
    def until(self) -> date:
        """Last day of the card: the tenth birthday after issue, the fifth for who is under 18."""
        if self.spec.card_until is not None:
            return self.spec.card_until
        issued = self.spec.cert_from
        born, age = self.patient.birthdate, self.patient.age(issued)
        year = born.year + age + (10 if age >= _ADULT else 5)
        day = date(year, born.month, min(born.day, monthrange(year, born.month)[1]))
        return max(day, self.spec.cert_until)

    @cached_property
    def secrets(self) -> Secrets:
        birth = era_digits(self.patient.birthdate)
        code = f"{self.stream('security_code').randrange(10**4):04d}"
        return Secrets(
            auth_pin=self.spec.auth_pin,
            sign_pin=self.spec.sign_pin,
            text_pin=self.spec.text_pin,
            juki_pin=self.spec.juki_pin,
            number_a=self.patient.mynumber,
            number_b=f"{birth}{self.until.year:04d}{code}",
            birth=birth,
            security_code=code,
        )

    @cached_property
    def own_key(self) -> str:
        """Name of the key with which this card authenticates itself."""
        return self.stream("ap").choice(CARD_KEYS)

    def signer(self) -> SigningKey:
        return SigningKey(self.own_key, self.stream("ap/pss"))


def municipality_code(municipality: str) -> str:
    """The code itself if that is what the patient has; for a name one of a prefecture 99."""
    if len(municipality) >= 5 and municipality[:5].isascii() and municipality[:5].isdecimal():
        return municipality[:5]
    return f"99{stream(0, municipality).randrange(1000):03d}"

"""Patient, card and coverage as plain records. All of it is synthetic.

Codes are those of OQSCD001-044 (facts: oqs page, section 3).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from onshi.people.numbers import Scheme, plan_of

__all__ = [
    "CardSpec",
    "Coverage",
    "Limit",
    "MedicalFile",
    "MedicalTicket",
    "Patient",
    "Qualification",
    "Registered",
    "Sex",
    "SpecificDisease",
]

Sex = Literal["1", "2", "3"]


class Patient(msgspec.Struct, kw_only=True):
    """One person, the same in card, coverage and claim.

    ``kana`` is full-width katakana. ``mynumber`` has a deliberately wrong check digit, so that it
    can be nobody's. ``insured_name`` is the 被保険者 (the household's head for 国保).
    """

    key: str
    family: str
    given: str
    family_kana: str
    given_kana: str
    sex: Sex
    birthdate: date
    postcode: str
    address: str
    municipality: str
    mynumber: str
    phone: str = ""
    insured_name: str = ""

    @property
    def name(self) -> str:
        """姓　名, with the full-width space of the messages."""
        return f"{self.family}　{self.given}"

    @property
    def kana(self) -> str:
        """セイ　メイ in full-width katakana."""
        return f"{self.family_kana}　{self.given_kana}"

    def age(self, on: date) -> int:
        """Completed years."""
        before = (on.month, on.day) < (self.birthdate.month, self.birthdate.day)
        return on.year - self.birthdate.year - before


class Limit(msgspec.Struct, kw_only=True, frozen=True):
    """限度額適用認定証: ``card`` is OQSCD011, ``bracket`` OQSCD012 (``A03`` = ウ)."""

    card: str
    bracket: str
    start: date
    end: date


class SpecificDisease(msgspec.Struct, kw_only=True, frozen=True):
    """特定疾病療養受療証: ``category`` is OQSCD013, ``self_pay`` the limit in yen a month."""

    category: str
    start: date
    end: date | None = None
    self_pay: int = 10_000


class MedicalTicket(msgspec.Struct, kw_only=True, frozen=True):
    """医療券 or 調剤券 of 医療扶助, for one month at one institution (OQSCD018-026).

    ``kind`` 01 医療券, 02 調剤券; ``treatment`` OQSCD019. ``institution_code`` "" is the
    institution that asks, whichever it is; ``matches`` whether the asking one is the designated
    one. ``issuer_code`` and ``issuer_name`` are of the prescribing institution, for a 調剤券.
    """

    kind: str = "01"
    start: date
    end: date
    issue_number: str
    month: str
    """``YYYYMM``."""
    institution_code: str = ""
    institution_name: str = ""
    matches: bool = True
    issuer_code: str = ""
    issuer_name: str = ""
    injuries: tuple[str, ...] = ()
    """Up to three 傷病名."""
    treatment: str = "02"
    self_pay: int = 0
    district_contact: str = ""
    handling_contact: str = ""
    combined: bool = False
    social_insurance: bool = False
    inconsistent: bool = False
    infection: bool = False
    elderly: bool = False
    prefectural: bool = False
    remarks: tuple[str, ...] = ()
    """Up to three."""


class Qualification(msgspec.Struct, kw_only=True, frozen=True):
    """One 資格: the numbers and the shares that go with them.

    ``insurer_number`` is 6 (国保) or 8 digits, unpadded; of 医療扶助 the 公費負担者番号, with
    ``number`` the 受給者番号 and ``insurer_name`` the 福祉事務所. ``elderly_ratio`` is 高齢受給者証
    and ``late_ratio`` 後期高齢者 一部負担割合, in percent.
    """

    insurer_number: str
    insurer_name: str
    symbol: str
    number: str
    branch: str
    relation: Literal["1", "2"]
    card_class: str = "01"
    acquired: date
    valid_to: date | None = None
    lost: date | None = None
    loss_reason: str | None = None
    elderly_ratio: int | None = None
    late_ratio: int | None = None
    preschool: bool = False
    limit: Limit | None = None
    name_override: str | None = None
    kana_override: str | None = None
    address_override: str | None = None
    tickets: tuple[MedicalTicket, ...] = ()
    diseases: tuple[SpecificDisease, ...] = ()

    @property
    def plan(self) -> Scheme:
        """国保, 社保, 後期, 自衛官 or 生活保護, by the shape of the number; 社保 if it has none."""
        return "seiho" if self.card_class == "A1" else plan_of(self.insurer_number) or "shaho"

    def share(self, birthdate: date, on: date) -> int:
        """The patient's share in percent: 医療扶助 0, 後期, 高齢受給者, 未就学 or 30."""
        if self.plan == "seiho":
            return 0
        if self.late_ratio is not None:
            return self.late_ratio
        if self.elderly_ratio is not None:
            return self.elderly_ratio
        school = date(
            birthdate.year + (6 if (birthdate.month, birthdate.day) < (4, 2) else 7), 4, 1
        )
        return 20 if on < school else 30


class Registered(msgspec.Struct, kw_only=True, frozen=True):
    """Whose name, birthdate and address the system has with a qualification, and since when."""

    patient: Patient
    known_from: date


class Coverage(msgspec.Struct, kw_only=True, frozen=True):
    """A qualification as a fact over time, as the insurer has registered it.

    ``holds_from`` to ``holds_to`` (inclusive) is when it is true; ``known_from`` is the date the
    system learned of it, ``loss_known_from`` the date it learned of its end. Late registration,
    stale data and dual validity follow from these dates. A correction is a second record, known
    from the day on which the first one is deleted.

    Mistakes are dated, too, by the days on which the system takes them for right:

    - ``deleted_on`` until ``restored_on`` (None: for ever) the record is not there
    - ``linked_from`` (None: ever since) until ``linked_until`` it is filed under the number of
      the person with the key ``linked_to``, whose card then finds it
    - ``registered``: what the system had of the person, the latest counts; none: ``patient``

    Frozen, as a register keeps an index of it: replace a record, never change it.
    """

    patient: Patient
    qualification: Qualification
    holds_from: date
    holds_to: date | None = None
    known_from: date | None = None
    loss_known_from: date | None = None
    deleted_on: date | None = None
    restored_on: date | None = None
    linked_to: str = ""
    linked_from: date | None = None
    linked_until: date | None = None
    registered: tuple[Registered, ...] = ()

    def there(self, today: date) -> bool:
        """Whether the record is in the system today, and not deleted by mistake."""
        if today < (self.known_from or self.holds_from):
            return False
        if self.deleted_on is None or today < self.deleted_on:
            return True
        return self.restored_on is not None and today >= self.restored_on

    def holder(self, today: date) -> str:
        """The key of the person under whose number the record is filed today."""
        if not self.linked_to or (self.linked_from is not None and today < self.linked_from):
            return self.patient.key
        over = self.linked_until is not None and today >= self.linked_until
        return self.patient.key if over else self.linked_to

    def shown(self, today: date) -> Patient:
        """Whose name, birthdate and address the system shows today with the qualification."""
        known = [r for r in self.registered if r.known_from <= today]
        return max(known, key=lambda r: r.known_from).patient if known else self.patient


class MedicalFile(msgspec.Struct, kw_only=True):
    """How the system's 薬剤情報 and 特定健診 of a person differ from what is so.

    ``subject`` is whose they really are (None: their own); ``named``: it says so, and does not
    name the person who was asked for. ``delay`` is in days: nothing younger is known.
    """

    subject: Patient | None = None
    named: bool = False
    delay: int = 0


class CardSpec(msgspec.Struct, kw_only=True):
    """What the card on the desk is like. Expiry is data: a chip has no clock.

    ``kind`` names a file of ``devices/cards``. ``cert_until`` is the notAfter date of the
    利用者証明用電子証明書. Tries are what is left at the start; 0 is a blocked PIN. What no card
    can be is refused when the card is made.
    """

    kind: str = "mynumber"
    serial: str = ""
    cert_from: date
    cert_until: date
    auth_pin: str = "1234"
    sign_pin: str = "ABC123"
    auth_tries: int = 3
    sign_tries: int = 5
    atr: bytes | None = None
    text_pin: str = "1234"
    """券面事項入力補助用暗証番号, 4 digits."""
    juki_pin: str = "1234"
    """住民基本台帳用暗証番号, 4 digits."""
    other_tries: dict[str, int] = {}
    """Tries left of ``text``, ``juki``, ``text_a``, ``text_b``, ``visual_a``, ``visual_b``
    and ``visual_birth``: 照合番号 A and B of either application, 生年月日. Not named: full."""
    missing: tuple[str, ...] = ()
    """What this card lacks: an application (``jpki``, ``text``, ``visual``, ``common``,
    ``juki``) or one of its files (``jpki/0001``)."""
    damage: dict[str, str] = {}
    """A damaged certificate: ``auth`` or ``sign`` to ``bit_flip``, ``cut`` or ``wrong_key``."""
    card_until: date | None = None
    """Last day of the card itself; None: the holder's tenth birthday after ``cert_from``
    (fifth if under 18 then), and never before ``cert_until``."""
    revoked: bool = False
    """The 利用者証明用 certificate was revoked. The server knows, the chip does not."""
    renewed: date | None = None
    """Day on which the certificates were renewed. The server may not know yet."""
    holder: Patient | None = None
    """Whose card it is; None: the patient's own."""
    knobs: dict[str, bool | int | str] = {}
    """Answers no source settles, other than the kind of card has them (docs/card.md)."""

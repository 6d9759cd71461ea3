"""The 公的個人認証 application of one patient's card (facts: card page, sections 1.1 and 2)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from onshi.card.apdu import SW
from onshi.card.files import Application, Ef, Internal, KeyEf, Pin, Transparent
from onshi.card.rsa import SigningKey
from onshi.errors import OnshiError
from onshi.people.records import CardSpec, Patient
from onshi.schedule import stream

if TYPE_CHECKING:
    from onshi.card.certificates import Holder, Use

__all__ = ["JPKI_AID", "KEY_PAIRS", "SIGN_FROM_AGE", "Jpki"]

JPKI_AID = bytes.fromhex("D392F000260100000001")
SIGN_FROM_AGE = 15
"""Younger holders get no signature certificate (facts: card page, section 9)."""
KEY_PAIRS = 4
"""Shipped key pairs for each of the two uses."""

_CERTIFICATE_BYTES = 2000
"""Physical size of a certificate EF (*inferred*: real certificates take 1.3 to 1.9 kB)."""
_LIMIT = {"auth": 3, "sign": 5}
_PRESENT, _ABSENT = 0x8F, 0x00
_CN_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFUSED = {
    (0x00, 0x88): SW.CONDITIONS_NOT_SATISFIED,
    (0x80, 0xA2): SW.WRONG_P1P2,
    (0x80, 0xAE): SW.SECURITY_STATUS_NOT_SATISFIED,
    (0x80, 0xFC): SW.WRONG_LENGTH,
}
"""INTERNAL AUTHENTICATE, terminal certificate, session key, phone-only command."""


class Jpki:
    """One card's JPKI application; ``uses`` says which of the two certificates it has.

    Nothing is computed here: certificates are issued when their EF is first read. Raises
    :class:`OnshiError` for a CardSpec no card can have.
    """

    def __init__(
        self,
        spec: CardSpec,
        patient: Patient,
        *,
        seed: int,
        label: str,
        uses: tuple[Use, ...],
    ) -> None:
        self.spec, self.patient, self._seed = spec, patient, seed
        self.uses = tuple(
            u for u in uses if u == "auth" or patient.age(spec.cert_from) >= SIGN_FROM_AGE
        )
        if spec.cert_until < spec.cert_from:
            raise OnshiError(
                f"the card's certificate would end ({spec.cert_until}) before it begins "
                f"({spec.cert_from}): check cert_from and cert_until"
            )
        self._label = label
        self._salts = self._stream("pss")
        self.pins = {
            "auth": self._pin(0x0018, "auth", spec.auth_pin, spec.auth_tries),
            "sign": self._pin(0x001B, "sign", spec.sign_pin, spec.sign_tries),
        }
        self.application = Application(JPKI_AID, self._files(), refused=_REFUSED)

    def certificate(self, use: Use) -> bytes:
        """The certificate, DER. Raises :class:`OnshiError` when the card has none for this."""
        if use not in self.uses:
            raise OnshiError(f"this card has no {use} certificate")
        from onshi.card.certificates import end_entity

        return end_entity(self.holder(use))

    def holder(self, use: Use) -> Holder:
        """What the certificate for ``use`` says: the same for the same patient, spec and seed."""
        from onshi.card.certificates import Holder

        rng = self._stream(f"{use}/{self.spec.cert_from}")
        p = self.patient
        return Holder(
            use=use,
            serial=rng.randrange(0x01000000, 0x7FFFFFFF),
            common_name=_common_name(rng, p.municipality),
            key=f"{use}_{rng.randrange(KEY_PAIRS)}",
            start=self.spec.cert_from,
            until=self.spec.cert_until,
            locality=_locality(p.municipality),
            name=p.name,
            sex=p.sex,
            birthdate=p.birthdate,
            address=p.address,
        )

    # ------------------------------------------------------------- contents
    def _files(self) -> list[Ef]:
        auth, sign = self.pins["auth"], self.pins["sign"]
        secret = Pin(0, "none", b"", limit=0, tries=0)
        files: list[Ef] = [
            Transparent(0x0006, self._token_info),
            Transparent(0x0008, self._availability),
            Transparent(0x0009, lambda: b"", size=16, guard=secret),
            Internal(0x0010),
            Internal(0x0016),
        ]
        if "sign" in self.uses:
            files += [
                self._certificate_ef(0x0001, "sign", guard=sign),
                KeyEf(0x001A, self._key("sign"), sign),
            ]
        if "auth" in self.uses:
            files += [
                self._certificate_ef(0x000A, "auth", guard=None),
                self._ca_ef(0x000B, "auth"),
                KeyEf(0x0017, self._key("auth"), auth),
                auth,
            ]
        return [*files, self._ca_ef(0x0002, "sign"), sign]

    def _certificate_ef(self, fid: int, use: Use, *, guard: Pin | None) -> Transparent:
        return Transparent(fid, lambda: self.certificate(use), size=_CERTIFICATE_BYTES, guard=guard)

    def _ca_ef(self, fid: int, use: Use) -> Transparent:
        def load() -> bytes:
            from onshi.card.certificates import ca_certificate

            return ca_certificate(use)

        return Transparent(fid, load, size=_CERTIFICATE_BYTES)

    def _key(self, use: Use) -> _LazyKey:
        return _LazyKey(self, use, self._salts)

    def _pin(self, fid: int, use: Use, text: str, tries: int) -> Pin:
        """A card without this certificate looks blocked: query 63C0 (facts: card page, 9)."""
        if not (text.isascii() and 1 <= len(text) <= 16):
            raise OnshiError(f"{use}_pin: a PIN is 1 to 16 ASCII characters")
        if not 0 <= tries <= 15:
            raise OnshiError(f"{use}_tries: a card counts from 0 to 15 tries, not {tries}")
        left = tries if use in self.uses else 0
        return Pin(fid, use, text.encode("ascii"), limit=_LIMIT[use], tries=left)

    def _availability(self) -> bytes:
        """EF 0008: signature, authentication, unused."""
        flags = [_PRESENT if u in self.uses else _ABSENT for u in ("sign", "auth")]
        return bytes([*flags, 0x00])

    def _token_info(self) -> bytes:
        """EF 0006: a serialised CK_TOKEN_INFO of PKCS #11, 160 bytes."""
        serial = self.spec.serial or f"{self._stream('token').randrange(10**16):016d}"
        texts = ((self._label, 32), ("ONSHI-TEST", 32), ("ONSHI-TEST CARD", 16), (serial, 16))
        out = b"".join(text.encode("ascii", "replace")[:n].ljust(n) for text, n in texts)
        numbers = (0x0000040D, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0)
        out += b"".join(n.to_bytes(4, "big") for n in numbers)
        return out + b"0301" + b" " * 16

    def _stream(self, name: str) -> Random:
        return stream(self._seed, f"card/{self.patient.key}/{self.spec.serial}/{name}")


class _LazyKey:
    """The card's key for one use; which shipped pair it is, is decided at the first signature."""

    __slots__ = ("_key", "_owner", "_salts", "_use")

    def __init__(self, owner: Jpki, use: Use, salts: Random) -> None:
        self._owner, self._use, self._salts = owner, use, salts
        self._key: SigningKey | None = None

    def sign(self, scheme: int, data: bytes) -> bytes:
        if self._key is None:
            self._key = SigningKey(self._owner.holder(self._use).key, self._salts)
        return self._key.sign(scheme, data)


def _common_name(rng: Random, municipality: str) -> str:
    """23 characters: 14 letters and digits, 5 of 市区町村コード, 3 digits, 1 letter."""
    head = "".join(rng.choice(_CN_LETTERS) for _ in range(14))
    return f"{head}{_municipality_code(municipality)}{rng.randrange(1000):03d}A"


def _municipality_code(municipality: str) -> str:
    """The code itself if that is what the patient has; for a name one of a prefecture 99."""
    if len(municipality) >= 5 and municipality[:5].isdecimal():
        return municipality[:5]
    return f"99{stream(0, municipality).randrange(1000):03d}"


def _locality(municipality: str) -> str:
    """Romaji of the municipality when the patient has it, else a fictional one."""
    known = municipality.isascii() and municipality[:1].isalpha()
    return municipality if known else "Onshi-shi"

"""The 公的個人認証 application of one patient's card (facts: card page, sections 1.1 and 2)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from onshi.card.apdu import SW
from onshi.card.damage import damaged
from onshi.card.files import Application, Ef, Internal, KeyEf, Pin, Transparent
from onshi.card.identity import Identity
from onshi.card.pins import PinSet
from onshi.card.rsa import SigningKey
from onshi.errors import OnshiError

if TYPE_CHECKING:
    from onshi.card.certificates import Holder, Use

__all__ = ["AID", "FIDS", "KEY_PAIRS", "SIGN_FROM_AGE", "Jpki", "uses_of"]

AID = bytes.fromhex("D392F000260100000001")
FIDS = (
    *(0x0001, 0x0002, 0x0006, 0x0008, 0x0009, 0x000A, 0x000B, 0x0010, 0x0016, 0x0017, 0x0018),
    *(0x001A, 0x001B),
)
SIGN_FROM_AGE = 15
"""Younger holders get no signature certificate (facts: card page, section 9)."""
KEY_PAIRS = 4
"""Shipped key pairs for each of the two uses."""

_CERTIFICATE_BYTES = 2000
"""Physical size of a certificate EF (*inferred*: real certificates take 1.3 to 1.9 kB)."""
_CHANGE_REFERENCE_DATA = 0x0024
_PRESENT, _ABSENT = 0x8F, 0x00
_CN_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REFUSED = {
    (0x00, 0x88): SW.CONDITIONS_NOT_SATISFIED,
    (0x80, 0xA2): SW.WRONG_P1P2,
    (0x80, 0xAE): SW.SECURITY_STATUS_NOT_SATISFIED,
    (0x80, 0xFC): SW.WRONG_LENGTH,
}
"""INTERNAL AUTHENTICATE, terminal certificate, session key, phone-only command."""


def uses_of(identity: Identity, issued: tuple[Use, ...]) -> tuple[Use, ...]:
    """Which of the certificates a kind of card has were issued to this person."""
    old = identity.patient.age(identity.spec.cert_from) >= SIGN_FROM_AGE
    return tuple(use for use in issued if use == "auth" or old)


class Jpki:
    """One card's JPKI application; ``uses`` says which of the two certificates it has.

    Nothing is computed here: certificates are issued when their EF is first read.
    """

    def __init__(
        self, identity: Identity, pins: PinSet, *, label: str, uses: tuple[Use, ...]
    ) -> None:
        self._identity, self._pins = identity, pins
        self.spec, self.patient, self.uses = identity.spec, identity.patient, uses
        self._label = label
        self._salts = identity.stream("pss")

    def application(self) -> Application:
        return Application(AID, self._files(), refused=_REFUSED, change=_CHANGE_REFERENCE_DATA)

    def certificate(self, use: Use) -> bytes:
        """The certificate, DER. Raises :class:`OnshiError` when the card has none for this."""
        if use not in self.uses:
            raise OnshiError(f"this card has no {use} certificate")
        from onshi.card.certificates import end_entity

        return end_entity(self.holder(use))

    def holder(self, use: Use) -> Holder:
        """What the certificate for ``use`` says: the same for the same patient, spec and seed."""
        from onshi.card.certificates import Holder

        rng = self._identity.stream(f"{use}/{self.spec.cert_from}")
        p = self.patient
        return Holder(
            use=use,
            serial=rng.randrange(0x01000000, 0x7FFFFFFF),
            common_name=_common_name(rng, self._identity.municipality),
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
        auth, sign = self._pins["auth"], self._pins["sign"]
        secret = Pin(0, "none", b"", limit=0, tries=0)
        files: list[Ef] = [
            Transparent(0x0006, self._token_info),
            Transparent(0x0008, self._availability),
            Transparent(0x0009, lambda: b"", size=16, guards=(secret,)),
            Internal(0x0010),
            Internal(0x0016),
        ]
        if "sign" in self.uses:
            files += [
                self._certificate_ef(0x0001, "sign", sign),
                KeyEf(0x001A, self._key("sign"), sign),
            ]
        if "auth" in self.uses:
            files += [
                self._certificate_ef(0x000A, "auth"),
                self._ca_ef(0x000B, "auth"),
                KeyEf(0x0017, self._key("auth"), auth),
                auth,
            ]
        return [*files, self._ca_ef(0x0002, "sign"), sign]

    def _certificate_ef(self, fid: int, use: Use, *guards: Pin) -> Transparent:
        def load() -> bytes:
            return self._as_written(use)

        return Transparent(fid, load, size=_CERTIFICATE_BYTES, guards=guards)

    def _as_written(self, use: Use) -> bytes:
        """The certificate, or what damage made of it."""
        how = self.spec.damage.get(use)
        if how is None:
            return self.certificate(use)
        if how == "wrong_key":
            from onshi.card.certificates import end_entity

            holder = self.holder(use)
            other = (int(holder.key[-1]) + 1) % KEY_PAIRS
            return end_entity(holder._replace(key=f"{use}_{other}"))
        return damaged(self.certificate(use), how, self._identity.stream(f"damage/{use}"))

    def _ca_ef(self, fid: int, use: Use) -> Transparent:
        def load() -> bytes:
            from onshi.card.certificates import ca_certificate

            return ca_certificate(use)

        return Transparent(fid, load, size=_CERTIFICATE_BYTES)

    def _key(self, use: Use) -> _LazyKey:
        return _LazyKey(self, use, self._salts)

    def _availability(self) -> bytes:
        """EF 0008: signature, authentication, unused."""
        flags = [_PRESENT if u in self.uses else _ABSENT for u in ("sign", "auth")]
        return bytes([*flags, 0x00])

    def _token_info(self) -> bytes:
        """EF 0006: a serialised CK_TOKEN_INFO of PKCS #11, 160 bytes."""
        serial = self.spec.serial or f"{self._identity.stream('token').randrange(10**16):016d}"
        texts = ((self._label, 32), ("ONSHI-TEST", 32), ("ONSHI-TEST CARD", 16), (serial, 16))
        out = b"".join(text.encode("ascii", "replace")[:n].ljust(n) for text, n in texts)
        numbers = (0x0000040D, 0, 0, 0, 0, 16, 4, 0, 0, 0, 0)
        out += b"".join(n.to_bytes(4, "big") for n in numbers)
        return out + b"0301" + b" " * 16


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


def _common_name(rng: Random, code: str) -> str:
    """23 characters: 14 letters and digits, 5 of 市区町村コード, 3 digits, 1 letter."""
    head = "".join(rng.choice(_CN_LETTERS) for _ in range(14))
    return f"{head}{code}{rng.randrange(1000):03d}A"


def _locality(municipality: str) -> str:
    """Romaji of the municipality when the patient has it, else a fictional one."""
    known = municipality.isascii() and municipality[:1].isalpha()
    return municipality if known else "Onshi-shi"

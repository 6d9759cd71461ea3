"""The test CA and the card's certificates, shaped like the real ones (facts: card page, 5).

Names can never be mistaken for JPKI: the issuer is ``O=ONSHI-TEST CARD CA (NOT JPKI)``, which no
trust store holds, and every address is under ``.invalid``. Profile, extensions, policy OIDs and
the order of the otherNames are those of real certificates, so that a product's parser meets
what it will meet. AIA and EKU are left out: their values are not public.

This module imports cryptography: import it where a certificate is really needed.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from onshi.card.eras import era_date
from onshi.card.rsa import load_key
from onshi.card.tlv import tlv

__all__ = ["Holder", "Use", "ca_certificate", "end_entity"]

Use = Literal["auth", "sign"]

_ORGANISATION = "ONSHI-TEST CARD CA (NOT JPKI)"
_ORGANISATION_JA = "オンシ試験カード認証局（非JPKI）"
_UNIT = {"auth": "ONSHI-TEST for user authentication", "sign": "ONSHI-TEST for digital signature"}
_CPS = "http://card-ca.onshi-test.invalid/cps.html"
_POLICY = {"auth": "1.2.392.200149.8.5.1.3.30", "sign": "1.2.392.200149.8.5.1.1.20"}
_SAN_ARC = "1.2.392.200149.8.5.5"
_CA_SERIAL = {"auth": 0x0E5A0001, "sign": 0x0E5A0002}
_CA_FROM, _CA_UNTIL = datetime(2010, 1, 1), datetime(2049, 12, 31, 14, 59, 59)
"""Longer than a real CA's ten years, so that every business date falls inside."""

_ADDRESS_MAX = 200


class Holder(NamedTuple):
    """What one certificate says. ``until`` is its last day, to 23:59:59 JST.

    ``key`` names a shipped key; ``locality`` (romaji) and everything after it stand only in the
    signature certificate.
    """

    use: Use
    serial: int
    common_name: str
    key: str
    start: date
    until: date
    locality: str
    name: str
    sex: str
    birthdate: date
    address: str


@cache
def ca_certificate(use: Use) -> bytes:
    """The self-signed CA certificate, DER: also what EF 000B and EF 0002 hold."""
    name = _ca_name(use)
    key = load_key(f"ca_{use}")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(_CA_SERIAL[use])
        .not_valid_before(_CA_FROM)
        .not_valid_after(_CA_UNTIL)
        .add_extension(_key_usage("keyCertSign", "cRLSign"), critical=True)
        .add_extension(x509.SubjectAlternativeName([_japanese_name()]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_crl_points(use), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@lru_cache(maxsize=256)
def end_entity(holder: Holder) -> bytes:
    """The 利用者証明用 (auth) or 署名用 (sign) certificate, DER, 256 bytes or longer."""
    use = holder.use
    ca_key = load_key(f"ca_{use}")
    public: RSAPublicKey = load_key(holder.key).public_key()
    sign = use == "sign"
    usages = ("digitalSignature", "nonRepudiation") if sign else ("digitalSignature",)
    policy = x509.PolicyInformation(x509.ObjectIdentifier(_POLICY[use]), [_CPS])
    issuer = x509.IssuerAlternativeName([_japanese_name()])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(holder))
        .issuer_name(_ca_name(use))
        .public_key(public)
        .serial_number(holder.serial)
        .not_valid_before(datetime.combine(holder.start, time(0), UTC))
        .not_valid_after(datetime.combine(holder.until, time(14, 59, 59), UTC))
        .add_extension(_key_usage(*usages), critical=True)
        .add_extension(x509.CertificatePolicies([policy]), critical=True)
        .add_extension(issuer, critical=False)
        .add_extension(_crl_points(use), critical=False)
        .add_extension(authority, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if sign:
        builder = builder.add_extension(_personal(holder), critical=False)
    return builder.sign(ca_key, SHA256()).public_bytes(Encoding.DER)


# --------------------------------------------------------------------- names
def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


def _ca_name(use: Use) -> x509.Name:
    return _name(
        (NameOID.COUNTRY_NAME, "JP"),
        (NameOID.ORGANIZATION_NAME, _ORGANISATION),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _UNIT[use]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "ONSHI-TEST synthetic data only"),
    )


def _subject(holder: Holder) -> x509.Name:
    country = (NameOID.COUNTRY_NAME, "JP")
    common = (NameOID.COMMON_NAME, holder.common_name)
    if holder.use == "sign":
        return _name(country, (NameOID.LOCALITY_NAME, holder.locality), common)
    return _name(country, common)


def _japanese_name() -> x509.DirectoryName:
    name = _name((NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, _ORGANISATION_JA))
    return x509.DirectoryName(name)


# ---------------------------------------------------------------- extensions
def _key_usage(*names: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature="digitalSignature" in names,
        content_commitment="nonRepudiation" in names,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign="keyCertSign" in names,
        crl_sign="cRLSign" in names,
        encipher_only=False,
        decipher_only=False,
    )


def _crl_points(use: Use) -> x509.CRLDistributionPoints:
    where = x509.DirectoryName(_ca_name(use))
    return x509.CRLDistributionPoints([x509.DistributionPoint([where], None, None, None)])


def _personal(holder: Holder) -> x509.SubjectAlternativeName:
    """The six otherNames in the card's order: name, birth, sex, address, substituted characters."""
    address = holder.address[:_ADDRESS_MAX]
    texts = (
        (1, holder.name),
        (4, era_date(holder.birthdate)),
        (3, holder.sex),
        (5, address),
        (2, "0" * len(holder.name)),
        (6, "0" * len(address)),
    )
    return x509.SubjectAlternativeName(
        [x509.OtherName(x509.ObjectIdentifier(f"{_SAN_ARC}.{n}"), _utf8(t)) for n, t in texts]
    )


def _utf8(text: str) -> bytes:
    """A DER UTF8String, which cryptography wants ready-made in an otherName."""
    return tlv(0x0C, text.encode("utf-8", "replace"))

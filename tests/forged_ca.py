"""A CA as it stands, but with a key that we have: only its constraints can make a difference."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import NameOID

__all__ = ["leaf", "reissue"]


def reissue(ca: x509.Certificate, key: EllipticCurvePrivateKey) -> x509.Certificate:
    """The same CA with this key."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(ca.subject)
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(9)
        .not_valid_before(ca.not_valid_before_utc)
        .not_valid_after(ca.not_valid_after_utc)
    )
    for extension in ca.extensions:
        if not isinstance(extension.value, x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(key, hashes.SHA256())


def leaf(
    ca: x509.Certificate, key: EllipticCurvePrivateKey, name: x509.GeneralName
) -> x509.Certificate:
    """A server's certificate for this name."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x y")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(10)
        .not_valid_before(ca.not_valid_before_utc)
        .not_valid_after(ca.not_valid_after_utc)
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .sign(key, hashes.SHA256())
    )

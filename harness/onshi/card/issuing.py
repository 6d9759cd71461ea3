"""The shipped test keys behind 券面 data, and the objects made with them.

Layouts: facts, card page, sections 1.2 and 1.3. Which bytes a signature covers is public for
none of them; here it is always SHA-256, PKCS #1 v1.5, over the objects in front of it
(docs/card.md). Nothing here can be mistaken for a real issuer: keys and identifiers are ours.
"""

from __future__ import annotations

from functools import cache
from random import Random

from onshi.card.rsa import SigningKey, load_key
from onshi.card.tlv import tlv

__all__ = ["CARD_KEYS", "CV_CA", "ISSUER", "KEY_ID", "cv_certificate", "public_key", "signature"]

CV_CA = "cv_ca"
"""Signs the CV certificate."""
ISSUER = "ap_issuer"
"""Subject of the CV certificate; signs what a card's 券面 applications hold."""
CARD_KEYS = tuple(f"ap_{n}" for n in range(4))
"""Internal authentication: one of them is a card's own."""

KEY_ID = b"ONSHI-T\x08\x05001".ljust(16, b"\0")
"""16 bytes in the shape of the real ones."""
_CA_KEY_ID = b"ONSHICA\x08\x05001".ljust(16, b"\0")
_DIGEST_INFO_OF_SHA256 = 3


def public_key(name: str) -> bytes:
    """Exponent and modulus as objects 90 and 91, 265 bytes."""
    numbers = load_key(name).public_key().public_numbers()
    return tlv(0x90, numbers.e.to_bytes(3, "big")) + tlv(0x91, numbers.n.to_bytes(256, "big"))


def signature(name: str, *parts: bytes) -> bytes:
    """256 bytes over the parts together."""
    return SigningKey(name, Random(0)).sign(_DIGEST_INFO_OF_SHA256, b"".join(parts))


@cache
def cv_certificate() -> bytes:
    """The issuer's key, certified: 7F21 with key identifiers, key and signature, 568 bytes."""
    body = _CA_KEY_ID + KEY_ID + public_key(ISSUER)
    return tlv(0x7F21, tlv(0x5F4E, body), tlv(0x5F37, signature(CV_CA, body)))

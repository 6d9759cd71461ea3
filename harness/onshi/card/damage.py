"""Damage to a certificate that a card carries."""

from __future__ import annotations

from random import Random

__all__ = ["DAMAGES", "damaged"]

DAMAGES = ("bit_flip", "cut", "wrong_key")
"""One bit turned over · the DER ends early · the certificate of another key."""

_SIGNATURE_BYTES = 256


def damaged(der: bytes, how: str, rng: Random) -> bytes:
    """The certificate as its file holds it; ``wrong_key`` is another certificate, not this one.

    The flipped bit is in the signature, so that the certificate still parses and only a check of
    its signature notices. A cut one says its full length and ends after 40 to 90 percent of it;
    what follows in the file is filler.
    """
    if how == "bit_flip":
        bit = rng.randrange(8 * _SIGNATURE_BYTES)
        at = len(der) - 1 - bit // 8
        return der[:at] + bytes([der[at] ^ 1 << bit % 8]) + der[at + 1 :]
    return der[: len(der) * rng.randint(40, 90) // 100]

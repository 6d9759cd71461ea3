"""The RSA operation of the card: padding as the command asked, then the private key.

Written out, because the card pads arbitrary bytes (also malformed DigestInfo) and because a PSS
salt has to come from the seed; cryptography does neither. Shipped test keys only: nothing here
resists timing analysis.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from onshi.card.apdu import SW, Refusal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

__all__ = ["KEYS", "KEY_BYTES", "SigningKey", "load_key"]

KEYS = Path(__file__).resolve().parent / "keys"
KEY_BYTES = 256
_HASH_BYTES = 32
_VERBATIM_MAX = KEY_BYTES - 11
_SHA256_INFO = bytes.fromhex("3031300D060960864801650304020105000420")
"""DER DigestInfo of SHA-256 up to the hash (RFC 8017, section 9.2, note 1)."""


@cache
def load_key(name: str) -> RSAPrivateKey:
    """A shipped key (``auth_0``, ``ca_sign``); cryptography is imported at the first one."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    pem = (KEYS / f"{name}.pem").read_bytes()
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, RSAPrivateKey)
    return key


class SigningKey:
    """One private key behind COMPUTE DIGITAL SIGNATURE. ``salts`` is the seeded PSS stream."""

    __slots__ = ("_salts", "name")

    def __init__(self, name: str, salts: Random) -> None:
        self.name, self._salts = name, salts

    def sign(self, scheme: int, data: bytes) -> bytes:
        """256 bytes, by P1 (facts: card page, section 3.2).

        00 the bytes as they are (1-245) · 01 SHA-256 of them, bare · 02 a hash, in DigestInfo ·
        03 SHA-256 of them, in DigestInfo · 04 a hash, PSS · 05 SHA-256 of them, PSS.
        Raises :class:`Refusal` 6A86 for another P1, 6700 or 6985 for a length (which of the two
        is *inferred*).
        """
        if scheme > 5:
            raise Refusal(SW.WRONG_P1P2)
        if not data or (scheme == 0 and len(data) > _VERBATIM_MAX):
            raise Refusal(SW.WRONG_LENGTH)
        if scheme in (1, 3, 5):
            data = hashlib.sha256(data).digest()
        elif scheme in (2, 4) and len(data) != _HASH_BYTES:
            raise Refusal(SW.CONDITIONS_NOT_SATISFIED)
        if scheme >= 4:
            block = _pss(data, self._salts.randbytes(_HASH_BYTES))
        else:
            block = _pkcs1(_SHA256_INFO + data if scheme in (2, 3) else data)
        return _private(self.name, block)


def _pkcs1(data: bytes) -> bytes:
    """Block type 1 of PKCS #1 v1.5 (RFC 8017, section 9.2)."""
    return b"\x00\x01" + b"\xff" * (KEY_BYTES - 3 - len(data)) + b"\x00" + data


def _pss(digest: bytes, salt: bytes) -> bytes:
    """EMSA-PSS with SHA-256 and MGF1 (RFC 8017, section 9.1.1), for a 2048-bit modulus."""
    h = hashlib.sha256(bytes(8) + digest + salt).digest()
    db = b"\x01" + salt
    db = db.rjust(KEY_BYTES - len(h) - 1, b"\x00")
    masked = bytes(a ^ b for a, b in zip(db, _mgf1(h, len(db)), strict=True))
    return bytes([masked[0] & 0x7F]) + masked[1:] + h + b"\xbc"


def _mgf1(seed: bytes, size: int) -> bytes:
    blocks = -(-size // _HASH_BYTES)
    hashes = (hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range(blocks))
    return b"".join(hashes)[:size]


def _private(name: str, block: bytes) -> bytes:
    """m^d mod n, by the Chinese remainder theorem."""
    k = load_key(name).private_numbers()
    m = int.from_bytes(block, "big")
    a, b = pow(m, k.dmp1, k.p), pow(m, k.dmq1, k.q)
    s = b + k.q * ((a - b) * k.iqmp % k.p)
    return s.to_bytes(KEY_BYTES, "big")

"""Make the shipped test keys that are not there: ``python -m onshi.card.make_keys``.

Run by hand, once; tests and the package only read the files. To make a key anew, delete its
file first: a new key changes every certificate and signature made with it.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from onshi.card.issuing import CARD_KEYS, CV_CA, ISSUER
from onshi.card.jpki import KEY_PAIRS
from onshi.card.rsa import KEY_BYTES, KEYS

__all__ = ["main"]


def main() -> None:
    """Write what is missing, RSA-2048, PKCS #8 PEM: CAs, issuer, and the numbered card keys."""
    KEYS.mkdir(exist_ok=True)
    names = [f"ca_{use}" for use in ("auth", "sign")]
    names += [f"{use}_{n}" for use in ("auth", "sign") for n in range(KEY_PAIRS)]
    names += [CV_CA, ISSUER, *CARD_KEYS]
    for name in names:
        path = KEYS / f"{name}.pem"
        if path.exists():
            continue
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BYTES * 8)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(pem)
        print(path)


if __name__ == "__main__":
    main()

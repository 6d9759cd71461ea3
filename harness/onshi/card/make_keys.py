"""Make the shipped test keys anew: ``python -m onshi.card.make_keys``.

Run by hand, once; tests and the package only read the files. New keys change every certificate.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from onshi.card.jpki import KEY_PAIRS
from onshi.card.rsa import KEY_BYTES, KEYS

__all__ = ["main"]


def main() -> None:
    """Write ``ca_auth``, ``ca_sign`` and the numbered card keys, RSA-2048, PKCS #8 PEM."""
    KEYS.mkdir(exist_ok=True)
    names = [f"ca_{use}" for use in ("auth", "sign")]
    names += [f"{use}_{n}" for use in ("auth", "sign") for n in range(KEY_PAIRS)]
    for name in names:
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BYTES * 8)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = KEYS / f"{name}.pem"
        path.write_bytes(pem)
        print(path)


if __name__ == "__main__":
    main()

"""The shipped test PKI of the TLS doors: who answers on localhost, and who may log in.

The server's and the client's private keys are published with the package, so none of it protects
anything; the CA's key was thrown away when it had signed them. The CA says in its name what it
is and may only vouch for localhost and the stand-in's host names (critical name constraints).
It is neither to be installed in a system's trust store nor to be used anywhere else. Nothing of
it is related to JPKI: cards have certificates of their own.

Made by ``python -m onshi.pki.make``, valid 2025-01-01 to 2049-12-31.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from onshi.errors import MissingPieceError

__all__ = ["DATA", "PASSWORD", "PkiFiles", "files", "files_for"]

DATA = Path(__file__).resolve().parent / "data"
PASSWORD = "onshi-test"
"""Opens both PKCS#12 files; as public as the keys in them."""


@dataclass(frozen=True)
class PkiFiles:
    """Absolute paths of real files. PEM, except ``client_p12`` (key, certificate and CA) and
    ``truststore`` (the CA as a trusted entry for Java), which are PKCS#12 under ``password``.
    """

    ca: Path
    server_cert: Path
    server_key: Path
    client_cert: Path
    client_key: Path
    client_p12: Path
    truststore: Path
    password: str = PASSWORD


def files(folder: Path = DATA) -> PkiFiles:
    """The shipped files.

    Raises :class:`MissingPieceError` when one is not there (a broken installation).
    """
    found = PkiFiles(
        ca=folder / "ca.pem",
        server_cert=folder / "server.pem",
        server_key=folder / "server.key",
        client_cert=folder / "client.pem",
        client_key=folder / "client.key",
        client_p12=folder / "client.p12",
        truststore=folder / "truststore.p12",
    )
    missing = [p.name for p in vars(found).values() if isinstance(p, Path) and not p.is_file()]
    if missing:
        raise MissingPieceError(
            f"the test certificates are incomplete ({', '.join(missing)} missing in {folder}): "
            "install pytest-onshi again; PC/SC and the folder exchange work without them"
        )
    return found


def files_for(host: str) -> PkiFiles:
    return files()

"""The shipped test PKI of the TLS doors: who answers on localhost, and who may log in.

The server's and the client's private keys are published with the package, so none of it protects
anything; the CA's key was thrown away when it had signed them. The CA says in its name what it
is and may only vouch for localhost and the stand-in's host names (critical name constraints).
It is neither to be installed in a system's trust store nor to be used anywhere else. Nothing of
it is related to JPKI: cards have certificates of their own.

Made by ``python -m onshi.pki.make``, valid 2025-01-01 to 2049-12-31. A server on a network wants
keys that are not public: :func:`for_names`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onshi.errors import MissingPieceError

__all__ = ["DATA", "PASSWORD", "PkiFiles", "files", "files_for", "for_names"]

DATA = Path(__file__).resolve().parent / "data"
PASSWORD = "onshi-test"
"""Opens the PKCS#12 files; as public as the keys in them."""
_BAD = (
    "server_expired.pem",
    "server_not_yet_valid.pem",
    "server_wrong_host.pem",
    "server_unknown_ca.pem",
    "judge_expired.pem",
    "judge_not_yet_valid.pem",
    "judge_other_subjects.pem",
    "judge_stranger.pem",
    "revoked.pem",
)


@dataclass(frozen=True)
class PkiFiles:
    """Absolute paths of real files. PEM, except ``client_p12`` (key, certificate and CA) and
    ``truststore`` (the CA as a trusted entry for Java), which are PKCS#12 under ``password``.

    ``client_expired`` is for the same key as ``client_cert``, valid in 2024 only; ``bad`` is the
    folder of what belongs to certificates that go wrong (:mod:`onshi.doors.faces`).
    """

    ca: Path
    server_cert: Path
    server_key: Path
    client_cert: Path
    client_key: Path
    client_p12: Path
    truststore: Path
    client_expired: Path
    client_expired_p12: Path
    bad: Path
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
        client_expired=folder / "client_expired.pem",
        client_expired_p12=folder / "client_expired.p12",
        bad=folder,
    )
    wanted = [p.name for p in vars(found).values() if isinstance(p, Path) and p != folder]
    missing = [name for name in (*wanted, *_BAD) if not (folder / name).is_file()]
    if missing:
        raise MissingPieceError(
            f"the test certificates are incomplete ({', '.join(missing)} missing in {folder}): "
            "install pytest-onshi again; PC/SC and the folder exchange work without them"
        )
    return found


def files_for(host: str) -> PkiFiles:
    """What a server that listens on ``host`` needs: for localhost the shipped files, else its own.

    Raises :class:`OnshiError` as :func:`for_names` does.
    """
    if host in ("localhost", "127.0.0.1", "::1"):
        return files()
    from onshi.pki.own import names_of

    return for_names(names_of(host))


def for_names(names: Sequence[str], folder: Path | None = None) -> PkiFiles:
    """A set of this user's own, with keys that nobody else has, for ``--listen``.

    Made when it is first asked for, then used again. ``names`` are host names or IP addresses by
    which clients call the server; localhost and the production hosts are always among them. The CA
    can vouch for nothing else (critical name constraints), and its key is not kept. ``folder``:
    where sets are kept, else ``onshi/pki`` in the user's cache. Raises :class:`OnshiError` for a
    name that is none, and for a folder that cannot be written.
    """
    from onshi.pki.own import own_files

    return own_files(names, folder)

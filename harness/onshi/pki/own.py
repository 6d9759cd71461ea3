"""Sets of certificates of this user's own, kept in their cache (``onshi.pki.for_names``).

A set is a directory that appears whole, by a rename, and is never changed. One that turns out
to be damaged is left alone, and the next free directory is used, so that no process ever finds
files exchanged under the certificates it has loaded.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import socket
import ssl
import sys
import tempfile
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from onshi.errors import MissingPieceError, OnshiError
from onshi.pki import PkiFiles, files
from onshi.pki.make import CA_NAME, SERVER_NAMES, Name, make

__all__ = ["names_of", "own_files"]

_FORMAT = "2"
_TRIES = 20
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_WILDCARDS = ("0.0.0.0", "::")


def own_files(names: Sequence[str], folder: Path | None) -> PkiFiles:
    """See :func:`onshi.pki.for_names`."""
    wanted = [n for n in _parsed(names) if n not in SERVER_NAMES]
    place = folder or _cache()
    key = "\n".join((_FORMAT, *(str(n.value) for n in wanted)))
    stem = hashlib.sha256(key.encode()).hexdigest()[:16]
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(_TRIES):
            found = _made(place, f"{stem}-{number}" if number else stem, wanted)
            if found is not None:
                return found
    except OSError as e:
        raise OnshiError(
            f"certificates for {', '.join(names)} cannot be kept in {place}: {e.strerror or e}; "
            "point XDG_CACHE_HOME (LOCALAPPDATA on Windows) to a folder that can be written"
        ) from None
    raise OnshiError(
        f"certificates for {', '.join(names)} cannot be kept private in {place}: remove what is "
        "there, or point XDG_CACHE_HOME to a folder that others cannot read"
    )


def names_of(host: str) -> list[str]:
    """The names by which clients may call a server that listens on ``host``.

    The address and the name of this machine; for all addresses (``0.0.0.0``, ``::``) the name
    and what it stands for.
    """
    own = socket.gethostname().lower()
    if host not in _WILDCARDS:
        found = [host, own]
    else:
        try:
            found = [own, *(str(a[4][0]) for a in socket.getaddrinfo(own, None))]
        except OSError:
            found = [own]
    return [n for n in found if n == host or _name(n) is not None]


def _parsed(names: Sequence[str]) -> list[Name]:
    """Names in an order of their own. Raises :class:`OnshiError` for what is not a name."""
    if isinstance(names, str):
        names = [names]
    found = {}
    for text in names:
        one = _name(text)
        if one is None:
            raise OnshiError(
                f"{text!r} is not a name that clients can use: give a host name (ASCII) or an "
                "IP address"
            )
        found[str(one.value)] = one
    return [found[key] for key in sorted(found)]


def _name(text: str) -> Name | None:
    text = text.strip().lower().rstrip(".")
    if text in _WILDCARDS:
        return None
    try:
        return x509.IPAddress(ip_address(text.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    only_digits = text.rpartition(".")[2].isdigit()
    return x509.DNSName(text) if _HOST.fullmatch(text) and not only_digits else None


def _cache() -> Path:
    given = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME", "")
    try:
        base = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        raise OnshiError(
            "there is no home directory for certificates of this user's own: set XDG_CACHE_HOME"
        ) from None
    return base / "onshi" / "pki"


# ------------------------------------------------------------------- one set
def _made(place: Path, name: str, wanted: Sequence[Name]) -> PkiFiles | None:
    """The set in ``place / name``, made if there is nothing; None when what is there is no use."""
    final = place / name
    if not final.exists():
        _make(final, wanted)
    return files(final) if _is_whole(final, wanted) else None


def _make(final: Path, wanted: Sequence[Name]) -> None:
    """Make the set, unless somebody else is quicker. Raises :class:`OSError`."""
    ca_name = CA_NAME.replace("TLS CA", f"TLS CA {secrets.token_hex(4)}")
    part = Path(tempfile.mkdtemp(prefix=".making-", dir=final.parent))
    try:
        for name, content in make(wanted, ca_name).items():
            fd = os.open(part / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(fd, "wb") as f:
                f.write(content)
        try:
            part.rename(final)
        except OSError:
            if not final.exists():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _is_whole(folder: Path, wanted: Sequence[Name]) -> bool:
    """Whether the set is complete, fits together, has these names, and is nobody else's."""
    try:
        found = files(folder)
        if not all(_is_private(p) for p in (folder, *folder.iterdir())):
            return False
        ca, server, client = (
            x509.load_pem_x509_certificate(p.read_bytes())
            for p in (found.ca, found.server_cert, found.client_cert)
        )
        server.verify_directly_issued_by(ca)
        client.verify_directly_issued_by(ca)
        names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        _check_keys(found, ca, client)
    except Exception:  # damage has as many kinds of exception as there are parsers
        return False
    return set(wanted) <= set(names)


def _check_keys(found: PkiFiles, ca: x509.Certificate, client: x509.Certificate) -> None:
    """Raises one exception or another when a key is not its certificate's."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    for cert, key in (
        (found.server_cert, found.server_key),
        (found.client_cert, found.client_key),
    ):
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    password = found.password.encode()
    held = pkcs12.load_pkcs12(found.client_p12.read_bytes(), password)
    trusted = pkcs12.load_pkcs12(found.truststore.read_bytes(), password)
    if held.cert is None or held.cert.certificate != client:
        raise MissingPieceError("client.p12 holds another certificate")
    if ca not in [c.certificate for c in trusted.additional_certs]:
        raise MissingPieceError("truststore.p12 holds another certificate")


def _is_private(path: Path) -> bool:
    if sys.platform == "win32":
        return True
    found = path.stat(follow_symlinks=False)
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077

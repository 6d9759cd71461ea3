"""The faces that the server shows in a TLS handshake: its own, and those that go wrong.

A bad server shows another certificate for the same key. A bad judge shows the right one and
finds fault with the client's: it trusts the CA's certificate in other words, so that OpenSSL
itself finds the reason and sends the alert that belongs to it, in TLS 1.2 and 1.3 alike.
"""

from __future__ import annotations

import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

from onshi.errors import CannotDeliverError, UnknownNameError
from onshi.pki import PkiFiles

__all__ = ["FACES", "OWN", "Face", "Faces"]

OWN = ""
"""The face without a fault."""


@dataclass(frozen=True)
class Face:
    """One face. ``certificate`` is the server's, ``trusts`` what it judges clients by, as file
    names of a set; ``revoked`` asks for the list of revoked certificates, too.

    ``reason``, ``says`` and ``verify_code`` are what Python's ssl raises when it meets the face:
    SSLCertVerificationError where there is a code, SSLError else. ``{host}`` in ``says`` stands
    for the name that was called. Measured with OpenSSL 3.0 and TLS 1.3.
    """

    reason: str
    says: str
    verify_code: int = 0
    certificate: str = "server.pem"
    trusts: str = "ca.pem"
    revoked: bool = False
    old: bool = False

    @property
    def judges(self) -> bool:
        """Whether it is about the client's certificate, which only the login host asks for."""
        return self.trusts != "ca.pem" or self.revoked

    def raised(self, host: str) -> ssl.SSLError:
        """What a Python client's socket raises, as far as its reason and its text."""
        said = self.says.format(host=host)
        text = f"[SSL: {self.reason}] "
        if not self.verify_code:
            return ssl.SSLError(1, text + said)
        text += f"certificate verify failed: {said}"
        error = ssl.SSLCertVerificationError(1, text)
        error.verify_code, error.verify_message = self.verify_code, said
        return error


def _unverified(code: int, says: str, certificate: str) -> Face:
    return Face("CERTIFICATE_VERIFY_FAILED", says, code, certificate)


def _judge(alert: str, trusts: str = "ca.pem", *, revoked: bool = False) -> Face:
    """OpenSSL's two ways to write one alert: TLSV1_ALERT_UNKNOWN_CA, "tlsv1 alert unknown ca"."""
    return Face(alert, alert.lower().replace("_", " "), trusts=trusts, revoked=revoked)


FACES: dict[str, Face] = {
    "expired": _unverified(10, "certificate has expired", "server_expired.pem"),
    "not_yet_valid": _unverified(9, "certificate is not yet valid", "server_not_yet_valid.pem"),
    "wrong_host": _unverified(
        62,
        "Hostname mismatch, certificate is not valid for '{host}'.",
        "server_wrong_host.pem",
    ),
    "unknown_ca": _unverified(
        20, "unable to get local issuer certificate", "server_unknown_ca.pem"
    ),
    "client_expired": _judge("SSLV3_ALERT_CERTIFICATE_EXPIRED", "judge_expired.pem"),
    "client_bad_certificate": _judge("SSLV3_ALERT_BAD_CERTIFICATE", "judge_not_yet_valid.pem"),
    "client_certificate_unknown": _judge(
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN", "judge_other_subjects.pem"
    ),
    "client_unknown_ca": _judge("TLSV1_ALERT_UNKNOWN_CA", "judge_stranger.pem"),
    "client_certificate_revoked": _judge("SSLV3_ALERT_CERTIFICATE_REVOKED", revoked=True),
    "old_protocol": Face("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version", old=True),
}
"""By the name that :attr:`onshi.seams.WireAction.tls` gives."""


class Faces:
    """The contexts of one set of certificates, each made when it is first shown.

    Used by one thread only, that of the doors.
    """

    def __init__(self, files: PkiFiles) -> None:
        self._files = files
        self._made: dict[tuple[str, bool], ssl.SSLContext] = {}

    def context(self, name: str, *, asks: bool) -> ssl.SSLContext:
        """The context of a face (:data:`OWN` or one of :data:`FACES`).

        ``asks``: for the login host, which wants a client certificate. Raises
        :class:`UnknownNameError`, and :class:`CannotDeliverError` for a protocol that this
        machine's OpenSSL does not speak.
        """
        if (name, asks) not in self._made:
            if name and name not in FACES:
                raise UnknownNameError("face of the TLS server", name, FACES)
            self._made[name, asks] = self._make(FACES.get(name), asks)
        return self._made[name, asks]

    def _make(self, face: Face | None, asks: bool) -> ssl.SSLContext:
        """TLS 1.2 and 1.3, without tickets.

        So nothing is resumed under TLS 1.3. Under TLS 1.2 OpenSSL resumes by session id, which
        Python cannot turn off; each face has sessions of its own, so that another face is always
        met in a whole handshake.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if face is not None and face.old:
            _only_old(context)
        context.load_cert_chain(
            self._file(face.certificate) if face else self._files.server_cert,
            self._files.server_key,
        )
        context.set_alpn_protocols(["http/1.1"])
        context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
        context.num_tickets = 0
        if asks:
            context.load_verify_locations(self._file(face.trusts) if face else self._files.ca)
            context.verify_mode = ssl.CERT_REQUIRED
            if face is not None and face.revoked:
                context.load_verify_locations(self._file("revoked.pem"))
                context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context

    def _file(self, name: str) -> Path:
        return self._files.bad / name


def _only_old(context: ssl.SSLContext) -> None:
    """TLS 1.0 and 1.1, as a server that was never renewed; OpenSSL 3 wants level 0 for it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    except (ValueError, ssl.SSLError):
        raise CannotDeliverError(
            "this Python's OpenSSL does not speak TLS 1.0 and 1.1 any more, so no server here can "
            "offer them alone; use wire.refuse_tls"
        ) from None

"""Make a test PKI: the shipped one (``python -m onshi.pki.make [FOLDER]``), or one for other names.

The shipped one is for maintainers to make: the result is kept in the repository. A CA's key is
never kept, so all files of a set are always made together. Keys are RSA-2048 and the PKCS#12
files use 3DES and SHA-1, because the oldest clients that matter (Windows 7, Java 8, Delphi with
old OpenSSL) read nothing newer; the password is public anyway.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from onshi.pki import DATA, PASSWORD

__all__ = ["Name", "main", "make"]

Name = x509.DNSName | x509.IPAddress

FROM = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
PAST = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC))
"""Before any date that a desk is set to, and over on every clock."""
FUTURE = (datetime(2049, 1, 1, tzinfo=UTC), UNTIL)
CA_NAME = "ONSHI-TEST TLS CA (NOT FOR PRODUCTION)"
SERVER_NAME = "ONSHI-TEST eligibility server (NOT FOR PRODUCTION)"
CLIENT_NAME = "ONSHI-TEST clinic 1312345670 (NOT FOR PRODUCTION)"
UNKNOWN_CA_NAME = "ONSHI-TEST UNKNOWN TLS CA (NOT FOR PRODUCTION)"
WRONG_HOST = "onshi-wrong-host.localhost"
"""A name that the CA may vouch for and by which nobody calls (RFC 6761: it leads nowhere else)."""
PERMITTED: list[x509.GeneralName] = [
    x509.DNSName("localhost"),
    x509.DNSName("onshikaku.org"),
    x509.IPAddress(ip_network("127.0.0.0/8")),
    x509.IPAddress(ip_network("::1/128")),
]
SERVER_NAMES: list[x509.GeneralName] = [
    x509.DNSName("localhost"),
    x509.DNSName("hweb-api.oqs.onshikaku.org"),
    x509.DNSName("hweb-mnc.oqs.onshikaku.org"),
    x509.DNSName("*.oqs.onshikaku.org"),
    x509.DNSName("*.onshikaku.org"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
]


def main(folder: Path = DATA) -> None:
    """Write the files of the shipped set into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in make().items():
        (folder / name).write_bytes(content)


def make(names: Sequence[Name] = (), ca_name: str = CA_NAME) -> dict[str, bytes]:
    """All files of a set. ``names`` are the server's beside localhost and the production hosts.

    ``ca_name`` tells CAs apart: a client that trusts two of one name may take either for both.
    """
    ca_key, server_key, client_key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)
    )
    issuer = _Issuer(ca_key, ca_name, [*PERMITTED, *map(_subtree, names)])
    ca = issuer.certificate()
    known = x509.SubjectAlternativeName([*SERVER_NAMES, *names])
    server = _server(issuer, 2, server_key, known)
    client = issuer.leaf(CLIENT_NAME, 3, client_key, Usage.CLIENT_AUTH)
    made = {
        "ca.pem": _pem(ca),
        "server.pem": _pem(server),
        "server.key": _key_pem(server_key),
        "client.pem": _pem(client),
        "client.key": _key_pem(client_key),
        "client.p12": _p12(client_key, client, ca),
        "truststore.p12": pkcs12.serialize_java_truststore(
            [pkcs12.PKCS12Certificate(ca, b"onshi-test-ca")], _widely_read()
        ),
    }
    expired = issuer.leaf(CLIENT_NAME, 7, client_key, Usage.CLIENT_AUTH, valid=PAST)
    made["client_expired.pem"] = _pem(expired)
    made["client_expired.p12"] = _p12(client_key, expired, ca)
    return made | _bad_servers(issuer, server_key, known) | _bad_judges(issuer)


def _bad_servers(
    issuer: _Issuer, key: rsa.RSAPrivateKey, known: x509.SubjectAlternativeName
) -> dict[str, bytes]:
    """Certificates for the server's key that a careful client does not accept."""
    other = x509.SubjectAlternativeName([x509.DNSName(WRONG_HOST)])
    stranger = _Issuer(ec.generate_private_key(ec.SECP256R1()), UNKNOWN_CA_NAME, PERMITTED)
    return {
        "server_expired.pem": _pem(_server(issuer, 4, key, known, PAST)),
        "server_not_yet_valid.pem": _pem(_server(issuer, 5, key, known, FUTURE)),
        "server_wrong_host.pem": _pem(_server(issuer, 6, key, other)),
        "server_unknown_ca.pem": _pem(_server(stranger, 2, key, known)),
    }


def _bad_judges(issuer: _Issuer) -> dict[str, bytes]:
    """What a server trusts that then refuses the client's certificate, each for its own reason.

    The CA's own certificate in other words, so that TLS finds the reason by itself and sends the
    alert that belongs to it; and a list that revokes the client's certificate.
    """
    nobody = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "ZZ")]))
    stranger = _Issuer(ec.generate_private_key(ec.SECP256R1()), UNKNOWN_CA_NAME, PERMITTED)
    return {
        "judge_expired.pem": _pem(issuer.certificate(valid=PAST)),
        "judge_not_yet_valid.pem": _pem(issuer.certificate(valid=FUTURE)),
        "judge_other_subjects.pem": _pem(issuer.certificate(permitted=[nobody])),
        "judge_stranger.pem": _pem(stranger.certificate()),
        "revoked.pem": issuer.revokes(3).public_bytes(Encoding.PEM),
    }


def _subtree(name: Name) -> x509.GeneralName:
    """What a CA has to be permitted, to vouch for ``name``: an address is a network of one."""
    if isinstance(name, x509.IPAddress):
        return x509.IPAddress(ip_network(name.value))
    return name


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _p12(key: rsa.RSAPrivateKey, client: x509.Certificate, ca: x509.Certificate) -> bytes:
    return pkcs12.serialize_key_and_certificates(b"onshi-test", key, client, [ca], _widely_read())


def _widely_read() -> KeySerializationEncryption:
    return (
        PrivateFormat.PKCS12.encryption_builder()
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(PASSWORD.encode())
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "pytest-onshi test material"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_encipherment=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _server(
    issuer: _Issuer,
    serial: int,
    key: rsa.RSAPrivateKey,
    names: x509.SubjectAlternativeName,
    valid: tuple[datetime, datetime] = (FROM, UNTIL),
) -> x509.Certificate:
    return issuer.leaf(SERVER_NAME, serial, key, Usage.SERVER_AUTH, names, valid)


@dataclass(frozen=True)
class _Issuer:
    """A CA: only for TLS, only for the permitted names."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    name: str
    permitted: list[x509.GeneralName]

    def certificate(
        self,
        valid: tuple[datetime, datetime] = (FROM, UNTIL),
        permitted: list[x509.GeneralName] | None = None,
    ) -> x509.Certificate:
        """The CA's own, signed by itself."""
        names = x509.NameConstraints(permitted or self.permitted, excluded_subtrees=None)
        return (
            self._builder(self.name, 1, self.key.public_key(), valid)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([Usage.SERVER_AUTH, Usage.CLIENT_AUTH]), critical=False
            )
            .add_extension(names, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def leaf(
        self,
        subject: str,
        serial: int,
        key: rsa.RSAPrivateKey,
        use: x509.ObjectIdentifier,
        names: x509.SubjectAlternativeName | None = None,
        valid: tuple[datetime, datetime] = (FROM, UNTIL),
    ) -> x509.Certificate:
        """One that it signs."""
        builder = (
            self._builder(subject, serial, key.public_key(), valid)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def revokes(self, serial: int) -> x509.CertificateRevocationList:
        """A list, good as long as the CA, with this one certificate in it."""
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(FROM)
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_name(self.name))
            .last_update(FROM + timedelta(days=1))
            .next_update(UNTIL)
            .add_revoked_certificate(entry.build())
            .sign(self.key, hashes.SHA256())
        )

    def _builder(
        self,
        subject: str,
        serial: int,
        public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        valid: tuple[datetime, datetime],
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(self.name))
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

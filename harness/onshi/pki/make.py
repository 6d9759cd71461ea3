"""Make a test PKI: the shipped one (``python -m onshi.pki.make [FOLDER]``), or one for other names.

The shipped one is for maintainers to make: the result is kept in the repository. A CA's key is
never kept, so all files of a set are always made together. Keys are RSA-2048 and the PKCS#12
files use 3DES and SHA-1, because the oldest clients that matter (Windows 7, Java 8, Delphi with
old OpenSSL) read nothing newer; the password is public anyway.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
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
CA_NAME = "ONSHI-TEST TLS CA (NOT FOR PRODUCTION)"
SERVER_NAME = "ONSHI-TEST eligibility server (NOT FOR PRODUCTION)"
CLIENT_NAME = "ONSHI-TEST clinic 1312345670 (NOT FOR PRODUCTION)"
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
    """Write the seven files of the shipped set into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in make().items():
        (folder / name).write_bytes(content)


def make(names: Sequence[Name] = (), ca_name: str = CA_NAME) -> dict[str, bytes]:
    """Seven files, by name. ``names`` are the server's beside localhost and the production hosts.

    ``ca_name`` tells CAs apart: a client that trusts two of one name may take either for both.
    """
    ca_key, server_key, client_key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)
    )
    ca = _authority(ca_key, ca_name, [*PERMITTED, *map(_subtree, names)])
    known = x509.SubjectAlternativeName([*SERVER_NAMES, *names])
    server = _leaf(SERVER_NAME, 2, server_key, ca, ca_key, Usage.SERVER_AUTH, known)
    client = _leaf(CLIENT_NAME, 3, client_key, ca, ca_key, Usage.CLIENT_AUTH, None)
    widely_read = _widely_read()
    return {
        "ca.pem": ca.public_bytes(Encoding.PEM),
        "server.pem": server.public_bytes(Encoding.PEM),
        "server.key": _pem(server_key),
        "client.pem": client.public_bytes(Encoding.PEM),
        "client.key": _pem(client_key),
        "client.p12": pkcs12.serialize_key_and_certificates(
            b"onshi-test", client_key, client, [ca], widely_read
        ),
        "truststore.p12": pkcs12.serialize_java_truststore(
            [pkcs12.PKCS12Certificate(ca, b"onshi-test-ca")], widely_read
        ),
    }


def _subtree(name: Name) -> x509.GeneralName:
    """What a CA has to be permitted, to vouch for ``name``: an address is a network of one."""
    if isinstance(name, x509.IPAddress):
        return x509.IPAddress(ip_network(name.value))
    return name


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


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


def _builder(
    subject: str, serial: int, public: rsa.RSAPublicKey, issuer: x509.Name
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _authority(
    key: rsa.RSAPrivateKey, name: str, permitted: list[x509.GeneralName]
) -> x509.Certificate:
    """The CA: only for TLS, only for the permitted names."""
    constraints = x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)
    return (
        _builder(name, 1, key.public_key(), _name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([Usage.SERVER_AUTH, Usage.CLIENT_AUTH]), critical=False
        )
        .add_extension(constraints, critical=True)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    subject: str,
    serial: int,
    key: rsa.RSAPrivateKey,
    ca: x509.Certificate,
    ca_key: rsa.RSAPrivateKey,
    use: x509.ObjectIdentifier,
    names: x509.SubjectAlternativeName | None,
) -> x509.Certificate:
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        _builder(subject, serial, key.public_key(), ca.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
    )
    if names is not None:
        builder = builder.add_extension(names, critical=False)
    return builder.sign(ca_key, hashes.SHA256())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

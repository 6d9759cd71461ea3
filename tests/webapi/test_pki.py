"""The shipped certificates: what they vouch for, and what they never can."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from forged_ca import leaf, reissue
from onshi import pki
from onshi.errors import MissingPieceError


def certificate(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def common_name(name):
    return name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


def openssl(*args):
    done = subprocess.run(
        ["openssl", *args], capture_output=True, text=True, timeout=20, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_names_cannot_be_mistaken_and_dates_are_fixed():
    files = pki.files()
    for path in (files.ca, files.server_cert, files.client_cert):
        one = certificate(path)
        assert common_name(one.subject).startswith("ONSHI-TEST ")
        assert "(NOT FOR PRODUCTION)" in common_name(one.subject)
        assert one.not_valid_before_utc == datetime(2025, 1, 1, tzinfo=UTC)
        assert one.not_valid_after_utc.year == 2049


def test_keys_fit_their_certificates():
    files = pki.files()
    for cert, key in (
        (files.server_cert, files.server_key),
        (files.client_cert, files.client_key),
    ):
        private = load_pem_private_key(key.read_bytes(), None)
        assert private.public_key() == certificate(cert).public_key()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("hostname", "localhost"),
        ("hostname", "hweb-api.oqs.onshikaku.org"),
        ("hostname", "hweb-mnc.oqs.onshikaku.org"),
        ("ip", "127.0.0.1"),
        ("ip", "::1"),
    ],
)
def test_the_server_is_who_it_says(kind, name):
    files = pki.files()
    code, said = openssl(
        *("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", str(files.ca)),
        *(f"-verify_{kind}", name, str(files.server_cert)),
    )
    assert code == 0, said


def test_the_client_is_a_client_only():
    files = pki.files()
    verify = ("verify", "-x509_strict", "-CAfile", str(files.ca))
    assert openssl(*verify, "-purpose", "sslclient", str(files.client_cert))[0] == 0
    assert openssl(*verify, "-purpose", "sslserver", str(files.client_cert))[0] != 0


@pytest.mark.parametrize("name", ["example.com", "bank.example.jp"])
def test_the_ca_cannot_vouch_for_others(tmp_path, name):
    """Not even for somebody who kept its key."""
    files = pki.files()
    ca = certificate(files.ca)
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    # The same CA with a key that we have: only the constraint can make the difference.
    key = ec.generate_private_key(ec.SECP256R1())
    copy = reissue(ca, key)
    forged = leaf(copy, key, x509.DNSName(name))
    allowed = leaf(copy, key, x509.DNSName("localhost"))
    (tmp_path / "ca.pem").write_bytes(copy.public_bytes(Encoding.PEM))
    for one, cert, expected in (("forged", forged, 2), ("allowed", allowed, 0)):
        path = tmp_path / f"{one}.pem"
        path.write_bytes(cert.public_bytes(Encoding.PEM))
        code, said = openssl("verify", "-CAfile", str(tmp_path / "ca.pem"), str(path))
        assert code == expected, said
        assert ("permitted subtree violation" in said) == bool(expected)


def test_the_pkcs12_holds_the_same_client():
    files = pki.files()
    held = pkcs12.load_pkcs12(files.client_p12.read_bytes(), files.password.encode())
    assert held.cert.certificate == certificate(files.client_cert)
    assert [c.certificate for c in held.additional_certs] == [certificate(files.ca)]


def test_java_takes_the_truststore_for_one():
    files = pki.files()
    done = subprocess.run(
        ["keytool", "-list", "-keystore", str(files.truststore), "-storepass", files.password],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "onshi-test-ca" in done.stdout
    assert "trustedCertEntry" in done.stdout


def test_missing_files_are_named(tmp_path):
    (tmp_path / "ca.pem").write_bytes(b"")
    with pytest.raises(MissingPieceError, match=r"client\.p12"):
        pki.files(tmp_path)


def test_making_them_anew_gives_a_complete_set(tmp_path):
    from onshi.pki.make import main

    main(tmp_path)
    made = pki.files(tmp_path)
    assert common_name(certificate(made.server_cert).issuer) == common_name(
        certificate(pki.files().ca).subject
    )
    assert certificate(made.ca) != certificate(pki.files().ca)

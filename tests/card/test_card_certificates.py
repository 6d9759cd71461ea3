"""Certificates and signatures, as cryptography and openssl see them."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from card_talk import Talk
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from onshi.card import VirtualCard
from onshi.card.certificates import Use, ca_certificate
from onshi.errors import OnshiError
from onshi.people.records import Patient

SHA256_INFO = "3031300D060960864801650304020105000420"
EF = {"auth": ("000A", "000B", "1234"), "sign": ("0001", "0002", "ABC123")}
KEY = {"auth": "0017", "sign": "001A"}
POLICY = {"auth": "1.2.392.200149.8.5.1.3.30", "sign": "1.2.392.200149.8.5.1.1.20"}
USES: list[Use] = ["auth", "sign"]


def der_of(data: bytes) -> bytes:
    return data[: int.from_bytes(data[2:4], "big") + 4]


def read_pair(talk: Talk, use: Use) -> tuple[bytes, bytes]:
    """The certificate and its CA certificate, DER, read over the card's commands."""
    own, ca, pin = EF[use]
    assert talk.verify(use, pin) == "9000"
    return der_of(talk.read(own)), der_of(talk.read(ca))


def sign(talk: Talk, use: Use, data: bytes, p1: int = 0) -> bytes:
    assert talk.verify(use, EF[use][2]) == "9000"
    talk.select(KEY[use])
    answer = talk(f"802A{p1:02X}80{len(data):02X}{data.hex()}00")
    assert answer.endswith("9000")
    return bytes.fromhex(answer[:-4])


def openssl(*args: str | Path) -> str:
    done = subprocess.run(
        ["openssl", *map(str, args)], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("use", USES)
def test_structure(talk: Talk, use: Use) -> None:
    own, ca_der = read_pair(talk, use)
    cert, ca = x509.load_der_x509_certificate(own), x509.load_der_x509_certificate(ca_der)
    assert len(own) >= 256
    assert ca_der == ca_certificate(use)
    cert.verify_directly_issued_by(ca)
    ca.verify_directly_issued_by(ca)
    assert cert.version is x509.Version.v3
    assert cert.not_valid_before_utc == datetime(2024, 2, 1, tzinfo=UTC)
    assert cert.not_valid_after_utc == datetime(2029, 2, 17, 14, 59, 59, tzinfo=UTC)
    assert isinstance(cert.signature_hash_algorithm, hashes.SHA256)
    public = cert.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert (public.key_size, public.public_numbers().e) == (2048, 65537)
    usage = cert.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment is (use == "sign")
    assert not usage.value.key_encipherment
    policies = cert.extensions.get_extension_for_class(x509.CertificatePolicies)
    assert policies.critical
    assert [p.policy_identifier.dotted_string for p in policies.value] == [POLICY[use]]
    authority = cert.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    subject = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert authority.key_identifier == subject.digest
    for kind in (x509.IssuerAlternativeName, x509.CRLDistributionPoints):
        assert not cert.extensions.get_extension_for_class(kind).critical


@pytest.mark.parametrize("use", USES)
def test_names_can_not_be_mistaken_for_the_real_ones(talk: Talk, use: Use) -> None:
    for der in read_pair(talk, use):
        cert = x509.load_der_x509_certificate(der)
        (organisation,) = cert.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        assert organisation.value == "ONSHI-TEST CARD CA (NOT JPKI)"
        for real in ("公的個人認証サービス", "Japan Agency", "jpki.go.jp", "jpki.jp"):
            assert real.encode() not in der


def test_ca_extensions() -> None:
    for use in USES:
        ca = x509.load_der_x509_certificate(ca_certificate(use))
        constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert constraints.value.ca
        assert constraints.value.path_length is None
        usage = ca.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.key_cert_sign
        assert usage.crl_sign
        assert not usage.digital_signature
        assert ca.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert ca_certificate("auth") != ca_certificate("sign")


def test_subjects(talk: Talk) -> None:
    auth = x509.load_der_x509_certificate(read_pair(talk, "auth")[0]).subject
    sign = x509.load_der_x509_certificate(read_pair(talk, "sign")[0]).subject
    assert [a.oid for a in auth] == [NameOID.COUNTRY_NAME, NameOID.COMMON_NAME]
    assert [a.oid for a in sign] == [
        NameOID.COUNTRY_NAME,
        NameOID.LOCALITY_NAME,
        NameOID.COMMON_NAME,
    ]
    names = [s.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value for s in (auth, sign)]
    assert names[0] != names[1]
    for name in names:
        assert len(name) == 23
        assert name[14:19] == "13221"


def test_a_municipality_by_name_gets_a_fictional_code(
    make_card: Callable[..., VirtualCard], patient: Patient
) -> None:
    codes = set()
    for patient.municipality in ("架空市", "架空市", "仮想町"):
        for seed in (1, 2):
            der = make_card(seed=seed, who=patient).certificate("auth")
            subject = x509.load_der_x509_certificate(der).subject
            codes.add(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value[14:19])
    assert len(codes) == 2
    assert all(str(code).startswith("99") for code in codes)


def test_personal_data_in_the_signature_certificate_only(talk: Talk, patient: Patient) -> None:
    auth = x509.load_der_x509_certificate(read_pair(talk, "auth")[0])
    with pytest.raises(x509.ExtensionNotFound):
        auth.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    sign = x509.load_der_x509_certificate(read_pair(talk, "sign")[0])
    names = sign.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    seen = []
    for name in names:
        assert isinstance(name, x509.OtherName)
        assert name.value[:1] == b"\x0c"
        assert name.value[1] == len(name.value) - 2
        seen.append((name.type_id.dotted_string.rpartition(".")[2], name.value[2:].decode()))
    assert seen == [
        ("1", "試験　花子"),
        ("4", "319800217"),
        ("3", "2"),
        ("5", patient.address),
        ("2", "00000"),
        ("6", "0" * len(patient.address)),
    ]


@pytest.mark.parametrize(
    ("birthdate", "era"),
    [
        (date(1989, 1, 7), "319890107"),
        (date(1989, 1, 8), "419890108"),
        (date(1926, 12, 24), "219261224"),
        (date(1912, 7, 29), "119120729"),
        (date(1860, 1, 1), "018600101"),
    ],
)
def test_eras(
    make_card: Callable[..., VirtualCard], patient: Patient, birthdate: date, era: str
) -> None:
    patient.birthdate = birthdate
    assert era.encode() in make_card(who=patient).certificate("sign")


def test_a_long_address_makes_a_longer_file(
    make_talk: Callable[..., Talk], patient: Patient
) -> None:
    patient.address = "架空県仮想市" * 40
    talk = make_talk(who=patient)
    assert talk.verify("sign", "ABC123") == "9000"
    data = talk.read("0001")
    assert len(data) > 2000
    cert = x509.load_der_x509_certificate(der_of(data))
    names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    texts = [n.value for n in names if isinstance(n, x509.OtherName)]
    assert texts[3] == b"\x0c\x82\x02\x58" + patient.address[:200].encode()


def test_expired_is_only_data(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(cert_from=date(2018, 1, 1), cert_until=date(2020, 1, 1))
    own, _ = read_pair(talk, "auth")
    assert x509.load_der_x509_certificate(own).not_valid_after_utc.year == 2020
    assert len(sign(talk, "auth", b"x")) == 256


def test_same_seed_same_certificates(make_card: Callable[..., VirtualCard]) -> None:
    for use in USES:
        one = make_card(seed=7).certificate(use)
        assert make_card(seed=7).certificate(use) == one
        assert make_card(seed=8).certificate(use) != one
    serials = {
        x509.load_der_x509_certificate(card.certificate("auth")).serial_number
        for card in (
            make_card(seed=7),
            make_card(seed=8),
            make_card(seed=7, serial="OLD"),
            make_card(seed=7, cert_from=date(2023, 1, 1)),
        )
    }
    assert len(serials) == 4


def test_the_two_keys_differ(make_card: Callable[..., VirtualCard]) -> None:
    card = make_card()
    keys = {
        x509.load_der_x509_certificate(card.certificate(use)).public_key().public_numbers()  # type: ignore[union-attr]
        for use in USES
    }
    assert len(keys) == 2


def test_a_certificate_that_ends_before_it_begins(make_card: Callable[..., VirtualCard]) -> None:
    with pytest.raises(OnshiError, match="cert_until"):
        make_card(cert_from=date(2024, 2, 1), cert_until=date(2024, 1, 31))
    with pytest.raises(OnshiError, match="suica"):
        make_card(kind="suica").certificate("auth")


@pytest.mark.parametrize("use", USES)
def test_openssl_verifies_chain_and_signature(talk: Talk, use: Use, tmp_path: Path) -> None:
    own, ca = read_pair(talk, use)
    for name, der in (("own", own), ("ca", ca)):
        pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    text = openssl("x509", "-in", tmp_path / "own.pem", "-noout", "-text")
    assert "Issuer: C = JP, O = ONSHI-TEST CARD CA (NOT JPKI)" in text.replace("=", " = ").replace(
        "  =  ", " = "
    )
    assert POLICY[use] in text
    assert ("Non Repudiation" in text) is (use == "sign")
    openssl(
        *("verify", "-CAfile", tmp_path / "ca.pem", "-attime", "1760918400"),
        *("-x509_strict", tmp_path / "own.pem"),
    )
    message = tmp_path / "message"
    message.write_bytes(b"to be signed")
    digest = hashlib.sha256(b"to be signed").digest()
    (tmp_path / "signature").write_bytes(sign(talk, use, bytes.fromhex(SHA256_INFO) + digest))
    public = openssl("x509", "-in", tmp_path / "own.pem", "-noout", "-pubkey")
    (tmp_path / "public.pem").write_text(public)
    said = openssl(
        *("dgst", "-sha256", "-verify", tmp_path / "public.pem"),
        *("-signature", tmp_path / "signature", message),
    )
    assert said.strip() == "Verified OK"


# ---------------------------------------------------------------- signatures
@pytest.fixture
def public(talk: Talk) -> rsa.RSAPublicKey:
    key = x509.load_der_x509_certificate(talk.card.certificate("auth")).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return key


@pytest.mark.parametrize("data", [b"x", b"\x30\x2f\x30\x0b" + b"\x00" * 43, bytes(245)])
def test_verbatim(talk: Talk, public: rsa.RSAPublicKey, data: bytes) -> None:
    signature = sign(talk, "auth", data)
    plain = pow(int.from_bytes(signature, "big"), 65537, public.public_numbers().n)
    assert plain.to_bytes(256, "big") == b"\0\1" + b"\xff" * (253 - len(data)) + b"\0" + data


def test_schemes(talk: Talk, public: rsa.RSAPublicKey) -> None:
    message = b"message"
    digest = hashlib.sha256(message).digest()
    v15, pss = padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    assert sign(talk, "auth", message, 1) == sign(talk, "auth", digest)
    for given, p1 in ((digest, 2), (message, 3)):
        public.verify(sign(talk, "auth", given, p1), message, v15, hashes.SHA256())
    for given, p1 in ((digest, 4), (message, 5)):
        public.verify(sign(talk, "auth", given, p1), message, pss, hashes.SHA256())


def test_pss_salts_come_from_the_seed(make_talk: Callable[..., Talk]) -> None:
    one, same = make_talk(seed=3), make_talk(seed=3)
    first, second = sign(one, "auth", b"m", 5), sign(one, "auth", b"m", 5)
    assert first != second
    assert [sign(same, "auth", b"m", 5) for _ in range(2)] == [first, second]


def test_signing_by_sfi_and_without_le(talk: Talk) -> None:
    expected = sign(talk, "auth", b"x")
    assert bytes.fromhex(talk("802A00970178" + "00")[:-4]) == expected
    assert bytes.fromhex(talk("802A00970178")[:-4]) == expected
    assert bytes.fromhex(talk("802A0097000001780100")[:-4]) == expected


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("802A0080017800", "6986"),
        ("802A0098017800", "6981"),
        ("802A008A017800", "6981"),
        ("802A0083017800", "6A82"),
        ("802A0000017800", "6A86"),
        ("802A0697017800", "6A86"),
        ("802A00970178FF", "6700"),
        ("802A009700", "6700"),
        ("802A0097F6" + "00" * 246 + "00", "6700"),
        ("802A0297017800", "6985"),
        ("802A0497017800", "6985"),
        ("802A009A017800", "6982"),
        ("002A0097017800", "6D00"),
    ],
)
def test_signing_refused(talk: Talk, apdu: str, sw: str) -> None:
    assert talk.verify("auth", "1234") == "9000"
    assert talk("00A4040C0AD392F000260100000001", apdu) == sw


def test_signing_without_pin(talk: Talk) -> None:
    assert talk("802A0097017800") == "6982"
    assert talk("802A009A017800") == "6982"

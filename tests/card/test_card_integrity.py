"""Hashes and signatures of the 券面 applications, checked by openssl and cryptography."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from card_talk import COMMON, TEXT, VISUAL, Talk
from card_tlv import objects, only
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onshi.card.rsa import load_key
from onshi.people.records import Patient

SHA256_INFO = "3031300D060960864801650304020105000420"
Make = Callable[..., Talk]


def public(value: bytes) -> rsa.RSAPublicKey:
    """The key in objects 90 and 91."""
    parts = objects(value)
    numbers = (int.from_bytes(parts["90"], "big"), int.from_bytes(parts["91"], "big"))
    return rsa.RSAPublicNumbers(*numbers).public_key()


def check(key: rsa.RSAPublicKey, signature: bytes, signed: bytes, folder: Path) -> None:
    """openssl verifies the signature, and refuses it for one changed bit."""
    files = {"sig": signature, "data": signed, "other": bytes([signed[0] ^ 1]) + signed[1:]}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pem").write_bytes(pem)
    verify = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig"]
    for name, rc in (("data", 0), ("other", 1)):
        done = subprocess.run([*verify, name], cwd=folder, capture_output=True, timeout=20)
        assert done.returncode == rc, (name, done)


def issuer_of(talk: Talk) -> rsa.RSAPublicKey:
    """The issuer's key out of the CV certificate that the card gives to everybody."""
    return public(only(talk.read("0004"), "7F21")["5F4E"][32:])


def own_key(talk: Talk) -> rsa.RSAPublicKey:
    assert talk(TEXT) == "9000"
    assert talk.verify("0011", "1234") == "9000"
    return public(only(talk.read("0007"), "FF50")["DF51"])


def raw(data: bytes, *tags: str) -> bytes:
    """The objects ``tags`` with their tags and lengths, as they stand in the file."""
    found = objects(data)
    out = b""
    for tag in tags:
        value = found[tag]
        size = bytes([len(value)]) if len(value) < 128 else b""
        if not size:
            size = b"\x81" if len(value) < 256 else b"\x82"
            size += len(value).to_bytes(size[0] & 0x7F, "big")
        out += bytes.fromhex(tag) + size + value
    return out


def test_cv_certificate(make_talk: Make, tmp_path: Path) -> None:
    parts = only(make_talk(application=TEXT).read("0004"), "7F21")
    check(load_key("cv_ca").public_key(), parts["5F37"], parts["5F4E"], tmp_path)


def test_it_is_the_same_everywhere(make_talk: Make) -> None:
    talk = make_talk(application=TEXT)
    first = talk.read("0004")
    assert talk(VISUAL) == "9000"
    assert talk.read("0004") == first


def test_integrity_data(make_talk: Make, tmp_path: Path) -> None:
    """SHA-256 of the whole number file and of the items after their offsets, then signed."""
    talk = make_talk(application=TEXT)
    issuer = issuer_of(talk)
    talk.verify("0011", "1234")
    number, items, data = talk.read("0001"), talk.read("0002"), talk.read("0003")
    parts = only(data, "FF30")
    assert parts["DF31"] == hashlib.sha256(number).digest()
    inside = objects(items)["FF20"]
    after = inside[3 + inside[2] :]
    assert after[:2] == b"\xdf\x22"
    assert parts["DF32"] == hashlib.sha256(after).digest()
    check(issuer, parts["DF33"], raw(objects(data)["FF30"], "DF31", "DF32"), tmp_path)


def test_the_key_of_the_card_is_certified(make_talk: Make, tmp_path: Path) -> None:
    talk = make_talk(application=TEXT)
    issuer = issuer_of(talk)
    talk.verify("0011", "1234")
    inside = objects(talk.read("0007"))["FF50"]
    check(issuer, objects(inside)["DF52"], raw(inside, "DF51"), tmp_path)
    session = only(talk.read("0006"), "A1")
    assert raw(objects(inside)["DF51"], "91").endswith(session["91"])


def test_face_age_and_number_are_signed(make_talk: Make, tmp_path: Path) -> None:
    talk = make_talk(application=VISUAL)
    issuer, own = issuer_of(talk), talk.card.secrets
    talk.verify("0013", own.number_a)
    face = objects(talk.read("0002"))["FF20"]
    signed = raw(face, "DF22", "DF23", "DF24", "DF25", "DF26", "DF27")
    check(issuer, objects(face)["DF28"], signed, tmp_path)
    number = objects(talk.read("0005"))["FF40"]
    check(issuer, objects(number)["DF43"], raw(number, "DF41", "DF42"), tmp_path)
    talk.verify("0011", own.birth)
    age = objects(talk.read("0001"))["FF10"]
    check(issuer, objects(age)["DF13"], raw(age, "DF11", "DF12"), tmp_path)


@pytest.mark.parametrize("application", [TEXT, VISUAL])
def test_internal_authentication_of_the_face(
    make_talk: Make, application: str, tmp_path: Path
) -> None:
    """``80 2A 00 00`` with the default key: no PIN, and the key is the card's own."""
    talk = make_talk(application=application)
    challenge = b"a challenge of a terminal"
    info = SHA256_INFO + hashlib.sha256(challenge).hexdigest()
    answer = talk(f"802A0000{len(info) // 2:02X}{info}00")
    assert answer.endswith("9000")
    check(own_key(talk), bytes.fromhex(answer[:-4]), challenge, tmp_path)


def test_the_default_key_of_the_text_application_is_a_file(make_talk: Make) -> None:
    talk = make_talk(application=TEXT)
    default = talk("802A000004AABBCCDD00")
    assert talk("802A009304AABBCCDD00") == default
    assert talk("00A4020C020013", "802A008004AABBCCDD00") == default


@pytest.mark.parametrize("reference", ["99", "80"])
def test_internal_authentication_of_the_common_card(
    make_talk: Make, reference: str, tmp_path: Path
) -> None:
    talk = make_talk(application=COMMON)
    talk.select("0019")
    challenge = b"a challenge of a terminal"
    answer = talk(f"008800{reference}{len(challenge):02X}{challenge.hex()}00")
    assert answer.endswith("9000")
    check(own_key(talk), bytes.fromhex(answer[:-4]), challenge, tmp_path)


def test_jpki_has_no_default_key(make_talk: Make) -> None:
    talk = make_talk()
    talk.verify("auth", "1234")
    assert talk("802A000004AABBCCDD00") == "6A86"


def test_another_card_has_another_signature(make_talk: Make, patient: Patient) -> None:
    """A client that mixes two patients' files up finds out."""
    one = make_talk(application=TEXT)
    one.verify("0011", "1234")
    other = make_talk(application=TEXT, who=msgspec.structs.replace(patient, address="別の住所"))
    other.verify("0011", "1234")
    issuer = issuer_of(one)
    mine = objects(one.read("0003"))["FF30"]
    theirs = objects(other.read("0003"))["FF30"]
    with pytest.raises(InvalidSignature):
        issuer.verify(
            objects(theirs)["DF33"],
            raw(mine, "DF31", "DF32"),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )

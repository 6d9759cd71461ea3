"""OpenSC through PKCS#11 and PKCS#15: log in, sign with both keys, be locked out; pcsc_scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from client_room import PATIENCE, Room

KEYS = {
    "auth": ("0", "1234", "01", "1"),
    "sign": ("1", "ABC123", "02", "2"),
}
"""PKCS#11 slot, PIN and id; PKCS#15 id."""


def pkcs11(room: Room, *args: str, cwd: Path | None = None) -> tuple[int, str]:
    modules = sorted(Path("/usr/lib").glob("*/opensc-pkcs11.so"))
    assert modules, "opensc-pkcs11.so is part of the test set-up: .ci/packages test"
    done = room.run("pkcs11-tool", "--module", str(modules[0]), *args, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


def public_key(room: Room, use: str, folder: Path) -> Path:
    """The key of the certificate that this program reads, as openssl takes it."""
    slot, pin, key, _ = KEYS[use]
    code, said = pkcs11(
        *(room, "--slot-index", slot, "--login", "--pin", pin, "--read-object", "--type", "cert"),
        *("--id", key, "-o", "cert.der"),
        cwd=folder,
    )
    assert code == 0, said
    made = room.run(
        *("openssl", "x509", "-inform", "DER", "-in", "cert.der", "-pubkey", "-noout"), cwd=folder
    )
    path = folder / "key.pub"
    path.write_text(made.stdout)
    return path


@pytest.mark.parametrize("use", KEYS)
def test_pkcs11_signs_and_openssl_verifies(room: Room, use: str, tmp_path: Path) -> None:
    slot, pin, key, _ = KEYS[use]
    (tmp_path / "f").write_bytes(b"the day's first patient")
    code, said = pkcs11(
        *(room, "--slot-index", slot, "--login", "--pin", pin),
        *("--sign", "-m", "SHA256-RSA-PKCS", "--id", key, "-i", "f", "-o", "f.sig"),
        cwd=tmp_path,
    )
    assert code == 0, said
    verify = ("openssl", "dgst", "-sha256", "-verify", str(public_key(room, use, tmp_path)))
    assert room.run(*verify, "-signature", "f.sig", "f", cwd=tmp_path).stdout == "Verified OK\n"
    (tmp_path / "f").write_bytes(b"another patient")
    assert room.run(*verify, "-signature", "f.sig", "f", cwd=tmp_path).returncode == 1


def test_pkcs11_lists_two_tokens(room: Room) -> None:
    code, said = pkcs11(room, "--list-token-slots")
    assert code == 0
    for label in ("User Authentication PIN", "Digital Signature PIN"):
        assert label in said
    assert "login required" in said


def test_pkcs11_with_a_wrong_pin_until_it_is_locked(room: Room) -> None:
    login = ("--slot-index", "0", "--login", "--pin", "9999", "--list-objects")
    for left in (2, 1, 0):
        code, said = pkcs11(room, *login)
        assert (code, room.desk.card.tries("auth")) == (1, left)
        assert "CKR_PIN_INCORRECT" in said or "CKR_PIN_LOCKED" in said
    code, said = pkcs11(room, "--slot-index", "0", "--login", "--pin", "1234", "--list-objects")
    assert code == 1
    assert "CKR_" in said
    assert room.desk.card.tries("sign") == 5


@pytest.mark.parametrize("use", KEYS)
def test_pkcs15_crypt_signs(room: Room, use: str, tmp_path: Path) -> None:
    _, pin, _, key = KEYS[use]
    (tmp_path / "f").write_bytes(b"a challenge")
    room.run("openssl", "dgst", "-sha256", "-binary", "-out", "digest", "f", cwd=tmp_path)
    signed = room.run(
        *("pkcs15-crypt", "-s", "-k", key, "--pkcs1", "--sha-256", "-i", "digest", "-o", "f.sig"),
        *("--pin", pin),
        cwd=tmp_path,
    )
    assert signed.returncode == 0, signed.stderr
    verify = ("openssl", "dgst", "-sha256", "-verify", str(public_key(room, use, tmp_path)))
    assert room.run(*verify, "-signature", "f.sig", "f", cwd=tmp_path).stdout == "Verified OK\n"


def test_the_signing_certificate_wants_its_pin(room: Room) -> None:
    read = ("pkcs15-tool", "--read-certificate", "2")
    without = room.run(*read)
    assert without.returncode == 1
    assert "BEGIN CERTIFICATE" not in without.stdout
    with_pin = room.run(*read, "--verify-pin", "-a", "2", "--pin", "ABC123")
    assert with_pin.returncode == 0, with_pin.stderr
    assert "BEGIN CERTIFICATE" in with_pin.stdout


def test_opensc_reads_what_pkcs15_tool_dumps(room: Room) -> None:
    done = room.run("pkcs15-tool", "-D")
    assert done.returncode == 0, done.stderr
    for line in ("PIN [User Authentication PIN]", "PIN [Digital Signature PIN]"):
        assert line in done.stdout
    assert done.stdout.count("X.509 Certificate [") == 4
    assert done.stdout.count("Private RSA Key [") == 2


def test_pcsc_scan_sees_the_card_go_and_come(room: Room) -> None:
    with room.watch("stdbuf", "-oL", "pcsc_scan") as scan:
        scan.wait_for("  ATR: 3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F")
        room.desk.remove_card()
        scan.wait_for("  Card state: Card removed")
        room.desk.insert_card()
        scan.wait_for("  ATR: 3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F", times=2)
        assert scan.process.poll() is None
        scan.process.terminate()
        scan.process.wait(PATIENCE)

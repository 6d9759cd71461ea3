"""Kinds of card as files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from onshi.card.device import device_names, load_device
from onshi.data import load_toml
from onshi.errors import BadFileError, UnknownNameError


def test_every_file_loads() -> None:
    names = device_names()
    assert set(names) >= {
        *("blank", "credit_card", "dead_chip", "drivers_license", "jukicard", "mynumber"),
        *("mynumber_child", "mynumber_pinless", "suica"),
    }
    for name in names:
        device = load_device(name)
        assert device.mute or device.atr_bytes[0] == 0x3B
        assert device.source


def test_check_bytes_of_the_atrs() -> None:
    """TCK is the XOR over everything after TS (ISO/IEC 7816-3, 8.2.5), so typing errors show."""
    for name in device_names():
        device = load_device(name)
        contactless = [device.atr_bytes] if device.interface == "contactless" else []
        contactless += [v.atr_bytes for v in device.variant if v.name.startswith("type_b")]
        for atr in contactless:
            rest = 0
            for byte in atr[1:]:
                rest ^= byte
            assert rest == 0, (name, atr.hex())


def test_variants() -> None:
    device = load_device("mynumber")
    assert len({v.atr_bytes for v in device.variant}) == 8
    assert device.variant_named("contact_3be0").atr_bytes.hex() == "3be000ff8131fe4514"
    assert device.interface_of(device.variant_named("contact_3bc5").atr_bytes) == "contact"
    assert device.interface_of(b"\x3b\x00") == "contactless"
    with pytest.raises(UnknownNameError, match="contact_3be0"):
        device.variant_named("contact_3be")


@pytest.mark.parametrize("name", ["mynumbr", "../readers/x", "/etc/passwd", ""])
def test_unknown_kinds(name: str) -> None:
    with pytest.raises(UnknownNameError, match="unknown card"):
        load_device(name)


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match="did you mean mynumber"):
        load_device("mynumbr")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('atr = "3B 8"', "hex"),
        ('atr = "88 80"', "begins with 3B"),
        ('atr = "3B 00"\napplications = ["jpki"]', "token_label"),
        ('atr = "3B 00"\nmute = true', "leave atr out"),
        ("", "begins with 3B"),
        ('atr = "3B 00"\nknobs.fic = true', "fci"),
        ('atr = "3B 00"\nknobs.number_tries = 16', "number_tries"),
        ('atr = "3B 00"\ninterfaec = "contact"', "interface"),
    ],
)
def test_broken_files(tmp_path: Path, line: str, said: str) -> None:
    from onshi.card.device import CardDevice

    path = tmp_path / "x.toml"
    head = 'name = "x"\ntitle = "x"\ninterface = "contact"\nsource = "x"\n'
    path.write_text(head + line + "\n")
    with pytest.raises(BadFileError, match=said):
        load_toml(path, CardDevice)


def test_cards_are_built_without_cryptography() -> None:
    code = """
import sys
from datetime import date
from onshi.card import VirtualCard
from onshi.people.records import CardSpec, Patient
p = Patient(key='p', family='a', given='b', family_kana='c', given_kana='d', sex='1',
    birthdate=date(1980, 1, 1), postcode='', address='', municipality='', mynumber='')
VirtualCard(CardSpec(cert_from=date(2024, 1, 1), cert_until=date(2029, 1, 1)), p, seed=1)
assert 'cryptography' not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

"""Cards of every kind, as a client meets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from card_talk import COMMON, ISD, JPKI, JUKI, TEXT, VISUAL, Talk

from onshi.card import VirtualCard
from onshi.card.device import load_device
from onshi.seams import CardMuteError, Power

Make = Callable[..., Talk]
ALL = {"ISD": ISD, "JPKI": JPKI, "TEXT": TEXT, "VISUAL": VISUAL, "COMMON": COMMON, "JUKI": JUKI}

APPLICATIONS = {
    "mynumber": set(ALL),
    "mynumber_child": set(ALL),
    "mynumber_pinless": set(ALL),
    "jukicard": {"JPKI"},
    "drivers_license": set(),
    "suica": set(),
    "credit_card": set(),
    "blank": set(),
}

ATRS = {
    "mynumber": {
        "3B8880010000 05E0B381A1007F",
        "3B8880010000 41E0B381A1003B",
        "3B888001004B 51FFB381D1000F",
        "3BF59100FF918171FE400042000100D1D6",
        "3BF59100FF918171FE40004200 01B3A115",
        "3BE000FF8131FE4514",
        "3BDA13FF8131FB468012392F31C173C601C03B",
        "3BC5FF8131FB458073C6010000",
    },
    "jukicard": {"3B8880010000 14E0B38191005E", "3BE000FF8131FE4514"},
    "drivers_license": {
        "3B8880010000 00009181C100D8",
        "3BF59100FF918171FE40004200 01B3C175",
    },
    "suica": {"3B8F8001804F0CA0000003061100 3B0000000042"},
    "credit_card": {"3BE700FF8131FE458031C073C62148BE"},
    "blank": {"3B8F8001804F0CA0000003060300 01000000006A"},
}
"""Facts: card page, section 4.1."""


@pytest.mark.parametrize(("kind", "applications"), APPLICATIONS.items())
def test_applications(make_talk: Make, kind: str, applications: set[str]) -> None:
    talk = make_talk(jpki=False, kind=kind)
    answers = {name: talk(select) for name, select in ALL.items()}
    assert answers == {name: "9000" if name in applications else "6A82" for name in ALL}
    assert talk("00A4040C0AD3921000310001010499") == "6A82"


@pytest.mark.parametrize(("kind", "atrs"), ATRS.items())
def test_atrs(kind: str, atrs: set[str]) -> None:
    device = load_device(kind)
    seen = {device.atr_bytes, *(v.atr_bytes for v in device.variant)}
    assert seen == {bytes.fromhex(atr) for atr in atrs}


def test_a_child_has_no_signature_certificate(make_talk: Make) -> None:
    """Whatever age the records say: its PIN looks blocked though nothing is."""
    talk = make_talk(kind="mynumber_child")
    assert talk.read("0008").hex() == "008f00"
    assert talk("00A4020C020001") == "6A82"
    assert talk("00A4020C02001A") == "6A82"
    assert talk("0020009B") == "63C0"
    assert talk.verify("sign", "ABC123") == "6984"
    assert talk.verify("auth", "1234") == "9000"
    assert talk.card.tries("sign") == 0


def test_a_pinless_card_takes_no_pin(make_talk: Make) -> None:
    talk = make_talk(kind="mynumber_pinless", other_tries={"text": 3})
    assert talk.read("000A")[:2] == b"\x30\x82"
    for application, fid in ((JPKI, "0018"), (JPKI, "001B"), (TEXT, "0011"), (COMMON, "001C")):
        assert talk(application, f"002000{0x80 | int(fid, 16):02X}") == "63C0"
        assert talk.verify(fid, "1234") == "6984"
    own = talk.card.secrets
    assert talk(TEXT) == "9000"
    assert talk.verify("0015", own.number_b) == "9000"
    assert talk(VISUAL) == "9000"
    assert talk.verify("0011", own.birth) == "9000"


def test_a_dead_chip_answers_no_reset(make_card: Callable[..., VirtualCard]) -> None:
    card = make_card(kind="dead_chip", atr=b"\x3b\x00")
    assert card.atr == b""
    for action in (Power.ON, Power.RESET):
        with pytest.raises(CardMuteError, match="does not answer"):
            card.power(action)
        with pytest.raises(CardMuteError):
            card.transmit(bytes.fromhex(JPKI))
    assert card.power(Power.OFF) == b""


def test_contact_cards_have_no_uid(make_talk: Make) -> None:
    assert make_talk(jpki=False, kind="credit_card")("FFCA000000") == "6E00"
    assert make_talk(jpki=False, kind="suica")("FFCA000000").endswith("9000")


def test_a_jukicard_read_by_contact(make_talk: Make) -> None:
    atr = load_device("jukicard").variant_named("contact_3be0").atr_bytes
    talk = make_talk(kind="jukicard", atr=atr)
    assert talk.card.interface == "contact"
    assert talk("FFCA000000") == "6E00"

"""券面事項入力補助: files, who opens them, PINs (facts: card page, sections 1.2 and 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from card_talk import JPKI, TEXT, VISUAL, Talk
from card_tlv import objects, only

from onshi.people.records import Patient

PIN, A, B = "0011", "0014", "0015"

OPENED_BY = {
    "0001": {PIN, A},
    "0002": {PIN, B},
    "0003": {PIN, A, B},
    "0006": {PIN, A, B},
    "0007": {PIN, A, B},
}
FREE = ("0004", "0005", "0008")
SIZES = {
    **{"0001": 17, "0002": 512, "0003": 336, "0004": 568},
    **{"0005": 256, "0006": 269, "0007": 536, "0008": 16},
}


@pytest.fixture
def text(make_talk: Callable[..., Talk], patient: Patient) -> Talk:
    patient.mynumber = "123456789012"
    return make_talk(application=TEXT)


def secret(talk: Talk, fid: str) -> str:
    own = talk.card.secrets
    return {PIN: own.text_pin, A: own.number_a, B: own.number_b}[fid]


def test_nothing_personal_is_free(text: Talk) -> None:
    for fid in OPENED_BY:
        text.select(fid)
        assert text("00B0000000") == "6982", fid
    for fid in FREE:
        assert text.read(fid), fid


@pytest.mark.parametrize("reference", [PIN, A, B])
def test_each_reference_opens_its_own(text: Talk, reference: str) -> None:
    assert text.verify(reference, secret(text, reference)) == "9000"
    opened = set()
    for fid in OPENED_BY:
        text.select(fid)
        if text("00B0000001")[-4:] == "9000":
            opened.add(fid)
    assert opened == {fid for fid, by in OPENED_BY.items() if reference in by}


def test_sizes(text: Talk) -> None:
    assert text.verify(PIN, "1234") == "9000"
    assert {fid: len(text.read(fid)) for fid in SIZES} == SIZES
    assert text.read("0008") == b"\xff" * 16


def test_number(text: Talk) -> None:
    text.verify(PIN, "1234")
    assert text.read("0001") == b"\xff\x10\x0c123456789012\xff\xff"
    assert text("00B0810011") == text.read("0001").hex().upper() + "9000"
    assert text("00B0000010") == text.read("0001")[:16].hex().upper() + "9000"


def test_four_items(text: Talk) -> None:
    """The offsets of the real example: 000E, then each object right after the other."""
    text.verify(PIN, "1234")
    data = text.read("0002")
    items = only(data, "FF20")
    assert items["DF22"].decode() == "試験　花子"
    assert items["DF23"].decode() == "東京都試験区架空町一丁目２番３号"
    assert (items["DF24"], items["DF25"]) == (b"19800217", b"2")
    offsets = [int.from_bytes(items["DF21"][i : i + 2], "big") for i in range(0, 8, 2)]
    assert offsets[:2] == [0x0E, 0x20]
    for offset, tag in zip(offsets, ("DF22", "DF23", "DF24", "DF25"), strict=True):
        assert data[offset : offset + 2].hex().upper() == tag
    end = offsets[3] + 4
    assert set(data[end:]) == {0xFF}


@pytest.mark.parametrize(("length", "header"), [(10, 2 + 1), (50, 2 + 2), (200, 2 + 3)])
def test_offsets_with_every_size_of_length(
    make_talk: Callable[..., Talk], patient: Patient, length: int, header: int
) -> None:
    """A long address makes the outer length one or two bytes longer, and the file, too."""
    patient.address = "架" * length
    talk = make_talk(application=TEXT)
    talk.verify(PIN, "1234")
    data = talk.read("0002")
    items = only(data, "FF20")
    offsets = [int.from_bytes(items["DF21"][i : i + 2], "big") for i in range(0, 8, 2)]
    assert offsets[0] == header + 3 + 8
    assert data[offsets[3] : offsets[3] + 4] == b"\xdf\x25\x012"
    assert items["DF23"].decode() == patient.address
    assert len(data) == max(512, offsets[3] + 4)


def test_people_no_card_has_room_for(make_talk: Callable[..., Talk], patient: Patient) -> None:
    """A record with a mistake in it ends in a readable card, not in an exception."""
    patient.address, patient.family, patient.mynumber = "架" * 40000, "\ud800", ""
    talk = make_talk(application=TEXT)
    talk.verify(PIN, "1234")
    items = only(talk.read("0002"), "FF20")
    assert items["DF23"].decode() == "架" * 200
    assert items["DF22"].decode() == "?　花子"
    assert talk.read("0001")[:3] == b"\xff\x10\x00"
    assert talk.verify(A, "1") == "63C9"
    assert talk(VISUAL, "00B0830004").endswith("9000")


def test_neither_sex(make_talk: Callable[..., Talk], patient: Patient) -> None:
    patient.sex = "3"
    talk = make_talk(application=TEXT)
    talk.verify(PIN, "1234")
    assert only(talk.read("0002"), "FF20")["DF25"] == b"9"


def test_layout_of_the_rest(text: Talk) -> None:
    text.verify(PIN, "1234")
    info = only(text.read("0005"), "FF40")
    assert {tag: len(value) for tag, value in info.items()} == {"DF41": 4, "DF42": 16, "DF43": 128}
    assert info["DF41"].hex().upper() == "01030E01"
    session = only(text.read("0006"), "A1")
    assert session["90"] == b"\x01\x00\x01"
    assert len(session["91"]) == 256
    certified = only(text.read("0007"), "FF50")
    assert {tag: len(value) for tag, value in certified.items()} == {"DF51": 265, "DF52": 256}
    certificate = only(text.read("0004"), "7F21")
    assert {tag: len(value) for tag, value in certificate.items()} == {"5F4E": 297, "5F37": 256}
    assert set(objects(certificate["5F4E"][32:])) == {"90", "91"}


# ---------------------------------------------------------------------- PINs
QUERIES = {"0011": "63C3", "0012": "63C0", "0014": "63CA", "0015": "63CA", "0013": "6981"}


@pytest.mark.parametrize(("fid", "sw"), QUERIES.items())
def test_tries(text: Talk, fid: str, sw: str) -> None:
    text.select(fid)
    assert text("00200080") == sw
    assert text(f"002000{0x80 | int(fid, 16):02X}") == sw


def test_the_spare_reference_is_issued_blocked(text: Talk) -> None:
    assert text.verify("0012", "1234") == "6984"


def test_reference_b_is_era_birthdate_expiry_and_code(text: Talk) -> None:
    """The sample of the facts: 550217, year of expiry, four digits."""
    own = text.card.secrets
    assert own.birth == "550217"
    assert own.number_b == f"5502172033{own.security_code}"
    assert own.security_code.isdecimal()
    assert len(own.security_code) == 4


def test_a_pin_typed_as_security_code_costs_tries(text: Talk) -> None:
    """What somebody really did (facts: card page, section 2), ten times over."""
    wrong = "5502172033" + ("0000" if text.card.secrets.security_code != "0000" else "1111")
    answers = [text.verify(B, wrong) for _ in range(11)]
    assert answers == [f"63C{n:X}" for n in range(9, -1, -1)] + ["6984"]
    assert text.verify(PIN, "1234") == "9000"
    assert text.card.tries("text_b") == 0
    assert text.card.tries("visual_b") == 10


def test_a_changed_pin(text: Talk) -> None:
    assert text("00A4020C020011", "002401800438373635") == "6982"
    assert text.verify(PIN, "1234") == "9000"
    assert text("002401800438373635") == "9000"
    assert text(JPKI, TEXT) == "9000"
    assert text.verify(PIN, "1234") == "63C2"
    assert text.verify(PIN, "8765") == "9000"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("002401800438373635", "9000"),
        ("002401910438373635", "9000"),
        ("0024018010" + "41" * 16, "9000"),
        ("0024018011" + "41" * 17, "6700"),
        ("00240180", "6700"),
        ("002400800438373635", "6A86"),
        ("002401000438373635", "6A86"),
        ("002401940438373635", "6982"),
        ("002401930438373635", "6981"),
        ("002401990438373635", "6A82"),
        ("803200800438373635", "6D00"),
    ],
)
def test_forms_of_change(text: Talk, apdu: str, sw: str) -> None:
    text.verify(PIN, "1234")
    assert text(apdu) == sw


def test_printed_numbers_cannot_be_changed(text: Talk) -> None:
    assert text.verify(A, "123456789012") == "9000"
    assert text("0024018004" + "31323334") == "6982"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("0088008004AABBCCDD00", "6985"),
        ("80A2000001AA", "6A86"),
        ("80AE000001AA", "6985"),
        ("00B2010C00", "6981"),
        ("00CA004500", "6A88"),
        ("00A4020C02000A", "6A82"),
        ("08B0000004", "69FC"),
    ],
)
def test_refused(text: Talk, apdu: str, sw: str) -> None:
    assert text(apdu) == sw


def test_expiry_of_a_child_card_is_the_fifth_birthday(
    make_talk: Callable[..., Talk], patient: Patient
) -> None:
    patient.birthdate = date(2010, 5, 5)
    talk = make_talk(application=TEXT, cert_until=date(2028, 5, 5))
    assert talk.card.secrets.number_b.startswith("2205052028")


def test_expiry_can_be_said(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(application=TEXT, card_until=date(2025, 10, 1))
    assert talk.card.secrets.number_b.startswith("5502172025")

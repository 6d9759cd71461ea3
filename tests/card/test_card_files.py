"""SELECT, READ BINARY, GET DATA and the commands that are refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from card_talk import JPKI, Talk

from onshi.card import VirtualCard
from onshi.card.device import load_device
from onshi.people.records import Patient
from onshi.seams import CardMuteError, Power

ISD = "00A4040C07A0000001510000"

SELECTED = {
    JPKI: "9000",
    "00A4040010D392F000260100000001": "6700",
    "00A404000AD392F000260100000001": "9000",
    "00A404000AD392F00026010000000100": "9000",
    ISD: "9000",
    "00A404040AD392F000260100000001": "6A86",
    "00A4040C09D392F0002601000000": "6A82",
    "00A4040C0AD3921000310001010409": "6A82",
    "00A40400" + "07A0000001510001": "6A82",
    "00A4040C": "6A82",
    "00A4000C023F00": "6A82",
    "00A40000": "9000",
    "00A4020C020018": "9000",
    "00A40200020018": "9000",
    "00A4020C02001800": "9000",
    "00A4020C020003": "6A82",
    "00A4020C022F10": "6A82",
    "00A4020C0118": "6700",
    "00A4020C": "6700",
    "00A4010C020018": "6A86",
    "00A40204020018": "6A86",
}


@pytest.mark.parametrize(("apdu", "sw"), SELECTED.items())
def test_select(talk: Talk, apdu: str, sw: str) -> None:
    assert talk(apdu) == sw


def test_before_any_selection(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(jpki=False)
    assert talk("00A40000") == "6A86"
    assert talk("00A4020C02000A") == "6A82"
    assert talk("00B0000000") == "6986"
    assert talk("00A4020C02001E", "00B0000010") == "6981"
    assert talk("08B0000004") == "6E00"
    assert talk(JPKI, "00A40000") == "9000"


def test_a_selection_that_fails_changes_nothing(talk: Talk) -> None:
    talk.select("0008")
    assert talk("00A4040C0AD3921000310001010409") == "6A82"
    assert talk("00A4020C020003") == "6A82"
    assert talk("00B0000000") == "8F8F009000"


def test_selecting_an_application_leaves_no_current_file(talk: Talk) -> None:
    talk.select("0008")
    assert talk(JPKI, "00B0000000") == "6986"


@pytest.mark.parametrize(
    "probe",
    [
        "00A4040007627601FF000000",
        "00A4040006A00000000101",
        "00A404000BE82B0601040181C31F020100",
        "00A4040C0FD23300000045737445494420763335",
        "00A4040009A0000003080000100000",
        "00A4040C07A000000116DB00",
        "00A4040C07A0000000790100",
        "00A404000CF276A288BCFBA69D34F31001",
        "00A4040009A0000003974254465900",
        "00A4040006D27600012401",
    ],
)
def test_what_opensc_probes_for_is_not_here(make_talk: Callable[..., Talk], probe: str) -> None:
    assert make_talk(jpki=False)(probe) == "6A82"


# ---------------------------------------------------------------- READ BINARY
def test_token_info(talk: Talk) -> None:
    info = talk.read("0006")
    assert len(info) == 160
    assert info[:32] == b"JPKIAPICCTOKEN2".ljust(32)
    assert info[140:144] == b"0301"
    assert talk("00B0000020") == info[:32].hex().upper() + "9000"


def test_short_data_across_the_end_and_6b00_past_it(talk: Talk) -> None:
    info = talk.read("0006").hex().upper()
    assert talk("00B0000000") == info + "9000"
    assert talk("00B0009000") == info[-32:] + "9000"
    assert talk("00B0009F01") == info[-2:] + "9000"
    assert talk("00B000A001") == "6B00"
    assert talk("00B07FFF00") == "6B00"


def test_filler_after_the_content(talk: Talk) -> None:
    data = talk.read("000A")
    size = int.from_bytes(data[2:4], "big") + 4
    assert data[:2] == b"\x30\x82"
    assert len(data) == 2000
    assert set(data[size:]) == {0xFF}
    assert data[:size] == talk.card.certificate("auth")


def test_extended_le(talk: Talk) -> None:
    data = talk.read("000A")
    assert talk("00B00000000600") == (data[:0x600]).hex().upper() + "9000"
    assert talk("00B00000000000") == data.hex().upper() + "9000"
    assert talk("00B00000000100") == data[:256].hex().upper() + "9000"


def test_sfi_reads_with_an_offset_and_selects(talk: Talk) -> None:
    data = talk.read("000A")
    talk.select("0008")
    assert talk("00B08A0004") == "3082" + data[2:4].hex().upper() + "9000"
    assert talk("00B08A0403") == data[4:7].hex().upper() + "9000"
    assert talk("00B0000002") == "30829000"
    assert talk("00B0830004") == "6A82"


def test_reading_what_is_not_readable(talk: Talk) -> None:
    assert talk("00B0000000") == "6986"
    for fid in ("0017", "0018", "001A", "001B", "0016", "0010"):
        talk.select(fid)
        assert talk("00B0000000") == "6981", fid
    talk.select("0009")
    assert talk("00B0000000") == "6982"
    talk.select("0001")
    assert talk("00B0000000") == "6982"
    talk.select("0008")
    assert talk("00B00000") == "6700"
    assert talk("00B0000001AA00") == "6700"
    assert talk("00B0C00000") == "6A86"
    assert talk("00B0A80000") == "6A86"
    assert talk("00B2010400") == "6981"


def test_free_certificates(talk: Talk) -> None:
    for fid in ("0002", "000A", "000B"):
        data = talk.read(fid)
        assert data[:2] == b"\x30\x82"
        assert int.from_bytes(data[2:4], "big") + 4 >= 256


# -------------------------------------------------------------------- others
OTHER = {
    "00FF0000": "6D00",
    "00CB3FFF035C017E08": "6D00",
    "0024008008": "6A86",
    "8032008008": "6D00",
    "80B0000000": "6D00",
    "A0A40000023F00": "6E00",
    "01A4020C020018": "6881",
    "03B0000000": "6881",
    "40B0000000": "6881",
    "812A0080": "6881",
    "08B0000004": "69FC",
    "00CADF3005": "6A88",
    "00CA5F5100": "6A88",
    "00840100": "6A86",
    "00840000": "6700",
    "00840000000100": "6985",
    "0088008002AABB00": "6985",
    "80A2000001AA": "6A86",
    "80AE000001AA": "6982",
    "80FC000000": "6700",
    "FFB0000010": "6D00",
    "FFCA010000": "6A81",
    "FFCA000002": "6C04",
}


@pytest.mark.parametrize(("apdu", "sw"), OTHER.items())
def test_refused(talk: Talk, apdu: str, sw: str) -> None:
    assert talk(apdu) == sw


def test_challenges_come_from_the_seed(make_talk: Callable[..., Talk]) -> None:
    one, same, other = make_talk(seed=1), make_talk(seed=1), make_talk(seed=2)
    first = [one("0084000008"), one("0084000000")]
    assert [len(x) for x in first] == [20, 516]
    assert [same("0084000008"), same("0084000000")] == first
    assert other("0084000008") != first[0]
    assert one("0084000008") != first[0]


def test_uid_is_new_at_each_activation_and_contactless_only(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk()
    uid = talk("FFCA000000")
    assert len(uid) == 12
    assert talk("FFCA000004") == uid
    talk.card.power(Power.OFF)
    talk.card.power(Power.ON)
    assert talk("FFCA000000") != uid
    contact = load_device("mynumber").variant_named("contact_3be0").atr_bytes
    assert make_talk(atr=contact)("FFCA000000") == "6E00"


def test_contact_atr_by_get_data(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(jpki=False)
    atr = load_device("mynumber").contact_atr.replace(" ", "")
    assert talk("00CA5F5100") == atr[2:] + "9000"
    assert talk("00CA5F5104") == "6700"
    assert talk("00CA004600") == "6A88"


# --------------------------------------------------------------------- power
def test_power(make_card: Callable[..., VirtualCard]) -> None:
    card = make_card()
    with pytest.raises(CardMuteError):
        card.transmit(bytes.fromhex(JPKI))
    assert card.power(Power.ON) == load_device("mynumber").atr_bytes
    assert card.power(Power.OFF) == b""
    with pytest.raises(CardMuteError):
        card.transmit(bytes.fromhex(JPKI))
    assert make_card(atr=b"\x3b\x00").power(Power.ON) == b"\x3b\x00"


@pytest.mark.parametrize("actions", [(Power.RESET,), (Power.ON,), (Power.OFF, Power.ON)])
def test_selection_ends_with_power_and_reset(talk: Talk, actions: tuple[Power, ...]) -> None:
    talk.select("0008")
    for action in actions:
        talk.card.power(action)
    assert talk("00B0000000") == "6986"
    assert talk("00A4020C020008") == "6A82"


# --------------------------------------------------------------- other cards
def test_under_15_has_no_signature_certificate(
    make_talk: Callable[..., Talk], patient: Patient
) -> None:
    patient.birthdate = date(2009, 2, 2)
    talk = make_talk(who=patient)
    assert talk.read("0008") == bytes.fromhex("008F00")
    assert talk("00A4020C020001") == "6A82"
    assert talk("00A4020C02001B", "00200080") == "63C0"
    assert talk.verify("sign", "ABC123") == "6984"
    assert talk.card.tries("sign") == 0
    assert talk.card.tries("auth") == 3
    patient.birthdate = date(2009, 2, 1)
    assert make_talk(who=patient).read("0008") == bytes.fromhex("8F8F00")


def test_jukicard(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(kind="jukicard")
    assert talk.read("0006")[:32] == b"JPKIAPICCTOKEN".ljust(32)
    assert talk("00A4020C02000A") == "6A82"
    assert talk.verify("sign", "ABC123") == "9000"
    assert talk.read("0001")[:2] == b"\x30\x82"
    assert talk(ISD) == "6A82"


@pytest.mark.parametrize("kind", ["drivers_license", "suica", "blank"])
def test_cards_without_jpki(make_talk: Callable[..., Talk], kind: str) -> None:
    talk = make_talk(jpki=False, kind=kind)
    assert talk(JPKI) == "6A82"
    assert talk("00B0000000") == "6986"
    assert talk("00FF0000") == "6D00"
    assert talk.card.tries("auth") == 0
    assert len(talk("FFCA000000")) == 12


# --------------------------------------------------------------------- speed
def test_cheap_to_build_and_quick_to_read(make_card: Callable[..., VirtualCard]) -> None:
    """Aims are 1 ms and 8 µs; the bars leave room for a busy machine."""
    make_card()
    card = min((_timed(make_card) for _ in range(20)), key=lambda pair: pair[0])
    assert card[0] < 0.001
    built = card[1]
    built.power(Power.ON)
    for apdu in (JPKI, "00A4020C02000A", "00B0000000"):
        built.transmit(bytes.fromhex(apdu))
    apdu = bytes.fromhex("00B0010000")
    runs = [_timed(lambda: [built.transmit(apdu) for _ in range(500)])[0] for _ in range(5)]
    assert min(runs) / 500 < 20e-6


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result

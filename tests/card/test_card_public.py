"""What stands outside 券面 and JPKI: GET DATA at the MF, 共通カード, 住基."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from card_talk import COMMON, ISD, JPKI, JUKI, TEXT, Talk
from card_tlv import objects, only

Make = Callable[..., Talk]

OBJECT_BYTES = {
    **{"0042": 16, "0045": 15, "00F0": 5, "00F2": 8, "00F7": 16},
    **{"00F8": 568, "7F21": 568, "5F51": 18, "0066": 51},
}


@pytest.fixture
def bare(make_talk: Make) -> Talk:
    return make_talk(jpki=False)


# ------------------------------------------------------------------ GET DATA
@pytest.mark.parametrize(("tag", "size"), OBJECT_BYTES.items())
def test_objects(bare: Talk, tag: str, size: int) -> None:
    answer = bare(f"00CA{tag}000000")
    assert answer.endswith("9000")
    assert len(answer) == 2 * size + 4
    short = bare(f"00CA{tag}00")
    assert short == ("6700" if size > 256 else answer)


def test_what_the_objects_say(bare: Talk) -> None:
    def get(tag: str) -> bytes:
        return bytes.fromhex(bare(f"00CA{tag}000000")[:-4])

    record = bytes.fromhex(bare(COMMON, "00B2010C00")[:-4])
    assert bare(ISD) == "9000"
    assert record == b"\x01\x1c" + get("0045") + get("00F0") + get("00F2")
    assert get("00F0") == b"13221"
    assert get("00F8") == get("7F21")
    assert only(get("7F21"), "7F21")["5F4E"][16:32] == get("00F7")
    assert objects(get("0066"))["66"][:2].hex() == "732f"


def test_only_at_the_mf(bare: Talk) -> None:
    assert bare(JPKI, "00CA004500") == "6A88"
    assert bare(ISD, "00CA004500").endswith("9000")
    assert bare("00CADF3005") == "6A88"
    assert bare("00CA00450E") == "6700"
    assert bare("00CA0045") == "6700"


# ------------------------------------------------------------------ 共通カード
@pytest.fixture
def common(make_talk: Make) -> Talk:
    return make_talk(application=COMMON)


def test_record_in_both_forms(common: Talk) -> None:
    by_sfi = common("00B2010C00")
    assert common("00A4020C020001", "00B2010400") == by_sfi
    assert by_sfi[:4] == "011C"
    digits = bytes.fromhex(by_sfi[4:-4])
    assert digits.isdigit()
    assert len(digits) == 28
    assert digits[15:20] == b"13221"
    assert digits[20:24].decode() == common.card.secrets.number_b[6:10]


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("00B2020C00", "6A83"),
        ("00B2000C00", "6A83"),
        ("00B2010D00", "6A81"),
        ("00B2010E00", "6A81"),
        ("00B2010C", "6700"),
        ("00B2012C00", "6A82"),
        ("00B2010400", "6986"),
        ("00B0810000", "6981"),
        ("00B201CC00", "6981"),
        ("0024018004" + "31323334", "6D00"),
        ("80AE000001AA", "66F1"),
    ],
)
def test_refused(common: Talk, apdu: str, sw: str) -> None:
    assert common(apdu) == sw


def test_a_short_le_ends_the_record_early(common: Talk) -> None:
    assert common("00B2010C02") == "011C9000"


def test_second_record_file(common: Talk) -> None:
    assert len(common("00B2011400")) == 2 * 16 + 4


@pytest.mark.parametrize("application", [COMMON, JUKI])
def test_changing_the_key(make_talk: Make, application: str) -> None:
    """CHANGE KEY after VERIFY; one counter for both applications."""
    talk = make_talk(application=application)
    other = JUKI if application == COMMON else COMMON
    assert talk("0020009C") == "63C3"
    assert talk("8032009C0435363738") == "6982"
    assert talk.verify("001C", "9999") == "63C2"
    assert talk.card.tries("juki") == 2
    assert talk.verify("001C", "1234") == "9000"
    assert talk("8032009C0435363738") == "9000"
    assert talk(other) == "9000"
    assert talk("803200800435363738") == "6986"
    assert talk("8032019C0435363738") == "6A86"
    assert talk("8032009C0435363738") == "6982"
    assert talk.verify("001C", "1234") == "63C2"
    assert talk.verify("001C", "5678") == "9000"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("0088008004AABBCCDD00", "6986"),
        ("0088009C04AABBCCDD00", "6985"),
        ("0088018004AABBCCDD00", "6A86"),
        ("008800990000", "6700"),
        ("0088009904AABBCCDD10", "6700"),
        ("802A009904AABBCCDD00", "6981"),
    ],
)
def test_internal_authentication_refused(common: Talk, apdu: str, sw: str) -> None:
    assert common(apdu) == sw


def test_juki_answers_no_authentication(make_talk: Make) -> None:
    talk = make_talk(application=JUKI)
    assert talk("0088009904AABBCCDD00") == "6985"
    assert talk("00B0990000") == "6981"
    assert talk("00A4020C020001") == "6A82"


# ----------------------------------------------------------- between them all
def test_status_is_of_one_application(make_talk: Make) -> None:
    talk = make_talk(application=TEXT)
    assert talk.verify("0011", "1234") == "9000"
    assert talk("00A4020C020001", "00B0000001") == "FF9000"
    assert talk(TEXT, "00A4020C020001", "00B0000001") == "FF9000"
    assert talk(JPKI, TEXT, "00A4020C020001", "00B0000001") == "6982"

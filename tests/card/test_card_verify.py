"""PINs, counters and the security status."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from card_talk import JPKI, Talk

from onshi.card.device import load_device
from onshi.errors import OnshiError
from onshi.journal import Journal
from onshi.seams import Power

ISD = "00A4040C07A0000001510000"


def can_read_sign_certificate(talk: Talk) -> bool:
    talk.select("0001")
    sw = talk("00B0000004")[-4:]
    assert sw in ("9000", "6982")
    return sw == "9000"


@pytest.mark.parametrize("query", ["00200080", "0020008000"])
def test_query_by_current_file(talk: Talk, query: str) -> None:
    talk.select("0018")
    assert talk(query) == "63C3"
    talk.select("001B")
    assert talk(query) == "63C5"
    assert talk.card.verify_attempts == 0


@pytest.mark.parametrize(
    ("query", "sw"), [("00200098", "63C3"), ("0020009B00", "63C5"), ("00200083", "6A82")]
)
def test_query_by_sfi(talk: Talk, query: str, sw: str) -> None:
    assert talk(query) == sw


def test_sfi_becomes_the_current_file(talk: Talk) -> None:
    assert talk("00200098") == "63C3"
    assert talk("00200080") == "63C3"


@pytest.mark.parametrize("blank", [1, 2])
def test_wrong_pins_count_down_and_a_right_one_resets(talk: Talk, blank: int) -> None:
    for left in range(2, 2 - blank, -1):
        assert talk.verify("auth", "9999") == f"63C{left}"
        assert talk.card.tries("auth") == left
    assert talk.verify("auth", "1234") == "9000"
    assert talk("00200080") == "63C3"
    assert talk.card.tries("auth") == 3
    assert talk.card.verify_attempts == blank + 1
    assert talk.card.tries("sign") == 5


def test_blocking(talk: Talk) -> None:
    answers = [talk.verify("auth", "9999") for _ in range(4)]
    assert answers == ["63C2", "63C1", "63C0", "6984"]
    assert talk.verify("auth", "1234") == "6984"
    assert talk("00200080") == "63C0"
    assert talk("00200098") == "63C0"
    assert talk.card.verify_attempts == 5
    assert talk.verify("sign", "ABC123") == "9000"


def test_a_counter_survives_power_off(talk: Talk) -> None:
    assert talk.verify("auth", "9999") == "63C2"
    talk.card.power(Power.OFF)
    talk.card.power(Power.ON)
    assert talk(JPKI, "00200098") == "63C2"


def test_tries_at_the_start(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(auth_tries=0, sign_tries=1)
    assert talk("00200098") == "63C0"
    assert talk.verify("auth", "1234") == "6984"
    assert talk.verify("sign", "WRONG1") == "63C0"
    assert talk.verify("sign", "ABC123") == "6984"


def test_pins_are_compared_as_bytes(make_talk: Callable[..., Talk]) -> None:
    talk = make_talk(auth_pin="0000", sign_pin="ONSHI0TEST")
    assert talk.verify("sign", "onshi0test") == "63C4"
    assert talk.verify("sign", "ONSHI0TEST") == "9000"
    assert talk.verify("auth", "00000") == "63C2"
    assert talk.verify("auth", "000") == "63C1"
    assert talk.verify("auth", "0000") == "9000"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("002000800431323334", "6986"),
        ("002001980431323334", "6A86"),
        ("002000000431323334", "6A86"),
        ("002000180431323334", "6A86"),
        ("002000B80431323334", "6A86"),
        ("0020008A0431323334", "6981"),
        ("002000970431323334", "6981"),
        ("002000980531323334", "6700"),
        ("00200098" + "11" + "31" * 17, "6700"),
        ("00200098" + "10" + "31" * 16, "63C2"),
        ("002000980431323334", "9000"),
        ("00200098043132333400", "9000"),
        ("00200098000004" + "31323334", "9000"),
    ],
)
def test_verify_forms(talk: Talk, apdu: str, sw: str) -> None:
    assert talk(apdu) == sw


def test_status_is_kept_by_the_same_application_and_lost_in_another(talk: Talk) -> None:
    assert not can_read_sign_certificate(talk)
    assert talk.verify("sign", "ABC123") == "9000"
    assert can_read_sign_certificate(talk)
    assert talk(JPKI) == "9000"
    assert can_read_sign_certificate(talk)
    assert talk("00A4040C0AD3921000310001010409") == "6A82"
    assert can_read_sign_certificate(talk)
    assert talk(ISD, JPKI) == "9000"
    assert not can_read_sign_certificate(talk)


def test_each_pin_opens_its_own(talk: Talk) -> None:
    assert talk.verify("auth", "1234") == "9000"
    assert not can_read_sign_certificate(talk)


def test_a_wrong_pin_ends_the_status(talk: Talk) -> None:
    talk.verify("sign", "ABC123")
    assert talk.verify("sign", "WRONG1") == "63C4"
    assert not can_read_sign_certificate(talk)


@pytest.mark.parametrize(
    ("actions", "kept"),
    [
        ((Power.RESET,), True),
        ((Power.OFF, Power.ON), False),
        ((Power.OFF, Power.RESET), False),
        ((Power.ON,), False),
    ],
)
def test_power_and_status(talk: Talk, actions: tuple[Power, ...], kept: bool) -> None:
    talk.verify("sign", "ABC123")
    for action in actions:
        talk.card.power(action)
    assert talk(JPKI) == "9000"
    assert can_read_sign_certificate(talk) is kept


@pytest.mark.parametrize("face", ["contact", "contactless"])
@pytest.mark.parametrize("turned", ["contact", "contactless"])
def test_a_card_can_clear_pins_at_a_reset(
    make_talk: Callable[..., Talk], face: str, turned: str
) -> None:
    atr = next(v.atr_bytes for v in load_device("mynumber").variant if v.interface == face)
    talk = make_talk(atr=atr, knobs={f"reset_clears_pins_{turned}": True})
    talk.verify("sign", "ABC123")
    talk.card.power(Power.RESET)
    assert talk(JPKI) == "9000"
    assert can_read_sign_certificate(talk) is (face != turned)


def test_journal_has_state_changes_and_no_pin(make_talk: Callable[..., Talk]) -> None:
    journal = Journal()
    talk = make_talk(lane=journal.only("card"))
    talk("00200098")
    talk.verify("auth", "8765")
    talk.verify("auth", "1234")
    talk.card.power(Power.OFF)
    seen = [{k: v for k, v in e.items() if k != "lane"} for e in journal.events("card")]
    assert seen == [
        {"event": "power", "action": "on"},
        {"event": "verify", "pin": "auth", "ok": False, "tries": 2},
        {"event": "verify", "pin": "auth", "ok": True, "tries": 3},
        {"event": "power", "action": "off"},
    ]
    assert b"8765" not in journal.canonical()
    assert b"38373635" not in journal.canonical()


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"auth_pin": ""}, "auth_pin"),
        ({"auth_pin": "あいう"}, "auth_pin"),
        ({"sign_pin": "A" * 17}, "sign_pin"),
        ({"auth_tries": 16}, "auth_tries"),
        ({"sign_tries": -1}, "sign_tries"),
    ],
)
def test_impossible_cards(
    make_card: Callable[..., object], settings: dict[str, object], word: str
) -> None:
    with pytest.raises(OnshiError, match=word):
        make_card(**settings)

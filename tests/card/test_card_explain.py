"""Commands and answers in words, as a table; PINs nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onshi.card.explain import answer_words, command_words
from onshi.card.following import Following
from onshi.journal import apdu_hex
from onshi.seams import Power

JPKI = "00A4040C0AD392F000260100000001"
TEXT = "00A4040C0AD3921000310001010408"
VISUAL = "00A4040C0AD3921000310001010402"


def told(*commands: tuple[str, str]) -> list[str]:
    """Each command with its answer, in words, at one card."""
    card, lines = Following(), []
    for command, answer in commands:
        apdu = bytes.fromhex(command)
        said = command_words(apdu, card)
        card.follow(apdu, bytes.fromhex(answer))
        lines.append(f"{said} → {answer_words(apdu, bytes.fromhex(answer))}")
    return lines


def test_a_session_in_words() -> None:
    assert told(
        (JPKI, "9000"),
        ("00A4020C020018", "9000"),
        ("00200080", "63C3"),
        ("002000800439393939", "63C2"),
        ("002000800431323334", "9000"),
        ("00A4020C020017", "9000"),
        ("802A00803330" + "00" * 50 + "00", "AB" * 256 + "9000"),
        ("00A4020C02000A", "9000"),
        ("00B0000004", "308204E39000"),
        ("00B0010000", "00" * 256 + "9000"),
        ("00B07F0000", "6B00"),
    ) == [
        "SELECT AP 公的個人認証AP [jpki] → 9000 成功",
        "SELECT EF 利用者証明用PIN [jpki/0018] → 9000 成功",
        "VERIFY 利用者証明用PIN [jpki/0018] 残り回数の照会 → 63C3 残り3回",
        "VERIFY 利用者証明用PIN [jpki/0018] (****、4 バイト) → 63C2 暗証番号違い、残り2回",
        "VERIFY 利用者証明用PIN [jpki/0018] (****、4 バイト) → 9000 成功",
        "SELECT EF 利用者証明用秘密鍵 [jpki/0017] → 9000 成功",
        "SIGN 利用者証明用秘密鍵 [jpki/0017] 方式 00 PKCS#1 v1.5、51 バイト"
        " → 9000 成功、256 バイト",
        "SELECT EF 利用者証明用電子証明書 [jpki/000A] → 9000 成功",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A] 位置 0、4 バイト → 9000 成功、4 バイト",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A] 位置 256、256 バイト"
        " → 9000 成功、256 バイト",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A] 位置 32512、256 バイト"
        " → 6B00 ファイルの終わりより先",
    ]


def test_short_identifiers_name_the_file_and_make_it_current() -> None:
    assert told(
        (JPKI, "9000"),
        ("00200098", "63C3"),
        ("00B08A0004", "308204E39000"),
        ("00B0000002", "30829000"),
        ("00B0990001", "6A82"),
        ("00B0000002", "30829000"),
    ) == [
        "SELECT AP 公的個人認証AP [jpki] → 9000 成功",
        "VERIFY 利用者証明用PIN [jpki/0018 SFI] 残り回数の照会 → 63C3 残り3回",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A SFI] 位置 0、4 バイト → 9000 成功、4 バイト",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A] 位置 0、2 バイト → 9000 成功、2 バイト",
        "READ BINARY ファイル [jpki/0019 SFI] 位置 0、1 バイト → 6A82 ファイルまたはAPがない",
        "READ BINARY 利用者証明用電子証明書 [jpki/000A] 位置 0、2 バイト → 9000 成功、2 バイト",
    ]


def test_the_same_number_is_another_pin_in_another_application() -> None:
    lines = told(
        (TEXT, "9000"),
        ("00A4020C020014", "9000"),
        ("0020008004" + "31" * 4, "63C9"),
        (VISUAL, "9000"),
        ("0020009204" + "31" * 4, "6984"),
        ("00B0000004", "6986"),
    )
    assert lines[2].startswith("VERIFY 照合番号A [text/0014] (****")
    assert (
        lines[4] == "VERIFY 照合番号B [visual/0012 SFI] (****、4 バイト) → 6984 ブロックされている"
    )
    assert lines[5].startswith("READ BINARY 照合番号B [visual/0012]")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("00A4040C07A0000001510000", "SELECT AP カード管理 (ISD) [isd]"),
        ("00A4040C06A00000000101", "SELECT AP 知らないAP [A00000000101]"),
        ("00A40000", "SELECT 00 A4 00 00"),
        ("00CA5F5100", "GET DATA 接触ATR [5F51]"),
        ("00CADF3005", "GET DATA データ [DF30]"),
        ("FFCA000000", "リーダーへの命令 FF CA 00 00 UIDの取得"),
        ("0084000010", "GET CHALLENGE 16 バイト"),
        ("00B2010400", "READ RECORD [-/-] 記録 1"),
        ("80FC000000", "命令 80 FC 00 00"),
        ("002401800431323334", "CHANGE REFERENCE DATA [-/-] (****、4 バイト)"),
        ("803200800431323334", "CHANGE KEY [-/-] (****、4 バイト)"),
        ("00B0", "長さの合わない命令 00B0、2 バイト"),
        ("0020008009313233", "長さの合わない命令 00200080、8 バイト"),
        ("", "長さの合わない命令 、0 バイト"),
    ],
)
def test_further_commands(command: str, words: str) -> None:
    assert command_words(bytes.fromhex(command), Following()) == words


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("00200080", "63C0", "63C0 残り0回"),
        ("002000800431323334", "63C0", "63C0 暗証番号違い、残り0回"),
        ("00B0000004", "6C10", "6C10 Leが違う、正しくは 16"),
        ("00B0000004", "6100", "6100 続きが 256 バイト"),
        ("00B0000004", "6FFF", "6FFF 記録にない (unrecorded)"),
        ("00B0000004", "1234", "1234 知らない状態語"),
        ("00B0000004", "", "状態語のない応答、0 バイト"),
        ("00B0000004", "90", "状態語のない応答、1 バイト"),
    ],
)
def test_answers(command: str, answer: str, words: str) -> None:
    assert answer_words(bytes.fromhex(command), bytes.fromhex(answer)) == words


def test_power_takes_the_selection_away() -> None:
    card = Following()
    for command in (JPKI, "00A4020C020018", "002000800431323334"):
        card.follow(bytes.fromhex(command), b"\x90\x00")
    assert (card.ap, card.ef, card.pins) == ("jpki", 0x18, {"jpki/24": "open"})
    card.power(Power.RESET)
    assert (card.ap, card.ef, card.pins) == ("", None, {"jpki/24": "open, reset"})
    card.power(Power.ON)
    assert card.pins == {}


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_bytes_are_too_strange(apdu: bytes, answer: bytes) -> None:
    card = Following()
    card.follow(bytes.fromhex(JPKI), b"\x90\x00")
    assert command_words(apdu, card)
    assert answer_words(apdu, answer)
    card.follow(apdu, answer)
    assert command_words(apdu, card)


@given(
    st.sampled_from([0x20, 0x24, 0x2C, 0x32]),
    st.sampled_from([0x00, 0x10, 0x80]),
    st.text("0123456789", min_size=4, max_size=16),
    st.sampled_from(["short", "with le", "extended", "no length", "wrong length"]),
)
def test_a_pin_is_in_no_word_and_no_hex(ins: int, cla: int, pin: str, form: str) -> None:
    head, data = bytes([cla, ins, 0x00, 0x80]), pin.encode()
    apdu = (
        head
        + {
            "short": bytes([len(data)]) + data,
            "with le": bytes([len(data)]) + data + b"\0",
            "extended": b"\0" + len(data).to_bytes(2, "big") + data,
            "no length": data,
            "wrong length": b"\x7f" + data,
        }[form]
    )
    card = Following()
    card.follow(bytes.fromhex(JPKI), b"\x90\x00")
    card.follow(bytes.fromhex("00A4020C020018"), b"\x90\x00")
    for text in (command_words(apdu, card), apdu_hex(apdu)):
        assert pin not in text
        assert data.hex().upper() not in text
        assert data[:2].hex() not in text[10:]

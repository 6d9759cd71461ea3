"""Parsing of command APDUs."""

from __future__ import annotations

import pytest

from onshi.card.apdu import Command, Refusal, parse

HEAD = (0x00, 0xB0, 0x01, 0x02)


@pytest.mark.parametrize(
    ("apdu", "data", "le", "extended"),
    [
        ("00B00102", b"", None, False),
        ("00B0010200", b"", 256, False),
        ("00B0010204", b"", 4, False),
        ("00B0010202AABB", b"\xaa\xbb", None, False),
        ("00B0010202AABB00", b"\xaa\xbb", 256, False),
        ("00B0010202AABB10", b"\xaa\xbb", 16, False),
        ("00B00102000100", b"", 256, True),
        ("00B00102000000", b"", 65536, True),
        ("00B00102000002AABB", b"\xaa\xbb", None, True),
        ("00B00102000002AABB0000", b"\xaa\xbb", 65536, True),
        ("00B00102000002AABB0100", b"\xaa\xbb", 256, True),
        ("00B00102000100" + "CC" * 256, b"\xcc" * 256, None, True),
    ],
)
def test_cases(apdu: str, data: bytes, le: int | None, extended: bool) -> None:
    assert parse(bytes.fromhex(apdu)) == Command(*HEAD, data, le, extended)


@pytest.mark.parametrize(
    "apdu",
    [
        "",
        "00",
        "00B001",
        "00B0010203AABB",
        "00B0010201AABBCC",
        "00B001020000",
        "00B00102000005AA",
        "00B00102000000AABB",
        "00B00102000001AABBCCDD",
        "00B00102000001AABB",
    ],
)
def test_lengths_that_disagree(apdu: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse(bytes.fromhex(apdu))
    assert caught.value.answer == b"\x67\x00"

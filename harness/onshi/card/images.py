"""Pictures on the card: stock ones drawn for this project, and digits drawn here.

No library is needed and none is used when it happens to be there, so the same seed gives the
same bytes everywhere. ``python -m onshi.card.make_images`` draws the stock ones.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path

__all__ = ["FOLDER", "digits", "stock"]

FOLDER = Path(__file__).resolve().parent / "images"

_SCALE, _MARGIN = 4, 2
_GLYPHS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
}
"""5 by 7 dots each, rows from the top."""
_ROWS, _COLUMNS = 7, 5


@cache
def stock(name: str) -> bytes:
    """A shipped picture: ``name.png``, ``address.png`` (one bit), ``photo.jp2`` (grey)."""
    return (FOLDER / name).read_bytes()


@cache
def digits(text: str) -> bytes:
    """The digits as a one-bit PNG, black on white; what is no digit stays empty."""
    blank = " ".join(["0" * _COLUMNS] * _ROWS)
    glyphs = [_GLYPHS.get(c, blank).split() for c in text]
    lines = ["0".join(glyph[row] for glyph in glyphs) for row in range(_ROWS)]
    width = len(lines[0]) + 2 * _MARGIN
    side = "0" * _MARGIN
    empty = ["0" * width] * _MARGIN
    dots = [*empty, *(f"{side}{line}{side}" for line in lines), *empty]
    return _png([_enlarged(line) for line in dots for _ in range(_SCALE)], width * _SCALE)


def _enlarged(line: str) -> bytes:
    """One row of the picture, eight dots a byte, white is 1."""
    bits = "".join(("0" if dot == "1" else "1") * _SCALE for dot in line)
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _png(rows: list[bytes], width: int) -> bytes:
    """One bit grey (PNG specification, section 11). Stored, not compressed: zlib versions differ
    in what they make, and these are small."""
    header = width.to_bytes(4, "big") + len(rows).to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", data)
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return len(data).to_bytes(4, "big") + name + data + check.to_bytes(4, "big")

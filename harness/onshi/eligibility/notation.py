"""One text, written in another way: dashes, widths, lots of an address.

Insurers register what people wrote on forms, so that the same address or 記号 arrives in another
notation than the chart has (facts: catalogue ``address.format_variation``, ``003:L676``; oqs page,
section 5). Each table says what a variant is and where it comes from. Nothing here is drawn:
the same text always becomes the same.
"""

from __future__ import annotations

import re

import jaconv

__all__ = [
    "ADDRESS_STYLES",
    "DASHES",
    "WAVES",
    "address_as",
    "dashes_as",
    "full_width_text",
    "half_width_text",
    "kanji_number",
    "waves_as",
]

DASHES: dict[str, tuple[str, str]] = {
    "hyphen_minus": ("-", "U+002D, the key on the keyboard"),
    "fullwidth_hyphen_minus": ("－", "U+FF0D, what Windows makes of the cell 817C of CP932"),
    "minus": ("−", "U+2212, what JIS X 0208 and Unix make of the same cell"),
    "hyphen": ("‐", "U+2010, cell 815D"),
    "horizontal_bar": ("―", "U+2015, cell 815C"),
    "prolonged": ("ー", "U+30FC, a letter of katakana: typed because it is under the same finger"),
    "half_prolonged": ("ｰ", "U+FF70, the same after a conversion to half width"),
}
"""Name: (character, what it is). All of them are in CP932 and pass the ● rule."""

WAVES: dict[str, tuple[str, str]] = {
    "wave_dash": ("〜", "U+301C, what JIS X 0208 and Unix make of the cell 8160"),
    "fullwidth_tilde": ("～", "U+FF5E, what Windows makes of the same cell"),
}

_ALL_DASHES = "".join(char for char, _ in DASHES.values())
_IN_NUMBERS = "0-9０-９A-Za-zＡ-Ｚａ-ｚ一二三四五六七八九十〇"
_BETWEEN = re.compile(f"(?<=[{_IN_NUMBERS}])[{re.escape(_ALL_DASHES)}](?=[{_IN_NUMBERS}])")
_ANY_DASH = re.compile(f"[{re.escape(_ALL_DASHES)}]")
_ANY_WAVE = re.compile("[〜～]")

_N = "([0-9０-９]{1,4})"
_D = f"[{re.escape(_ALL_DASHES)}の]"
_LOT = re.compile(
    f"{_N}(?:丁目|{_D}){_N}(?:番地の?|番|{_D}){_N}号?|{_N}(?:番地の?|番|{_D}){_N}(?:号|(?![0-9０-９]))"
)

ADDRESS_STYLES: dict[str, tuple[str, str, str]] = {
    "chome": ("{a}丁目{b}番{c}号", "{b}番{c}号", "住居表示, as 住民票 has it"),
    "kanji_chome": ("{A}丁目{b}番{c}号", "{b}番{c}号", "the same; 丁目 is part of the town's name"),
    "kanji": ("{A}丁目{B}番{C}号", "{B}番{C}号", "the same in vertical writing"),
    "banchi": ("{a}丁目{b}番地{c}", "{b}番地{c}", "地番, where there is no 住居表示"),
    "banchi_no": ("{a}丁目{b}番地の{c}", "{b}番地の{c}", "the same with の before 枝番"),
    "no": ("{a}の{b}の{c}", "{b}の{c}", "as it is spoken"),
    "hyphens": ("{a}－{b}－{c}", "{b}－{c}", "the short way, full width"),
    "half": ("{a}-{b}-{c}", "{b}-{c}", "the short way; the whole address in half width"),
}
"""Name: (three numbers, two numbers, what it is). a, b, c in digits, A, B, C in kanji."""


def address_as(address: str, style: str) -> str:
    """The address with its first lot number in a style of :data:`ADDRESS_STYLES`.

    An address without two or three numbers in a row stays as it is. Raises KeyError for another
    style.
    """
    three, two, _ = ADDRESS_STYLES[style]

    def lot(found: re.Match[str]) -> str:
        numbers = [int(n) for n in found.groups() if n is not None]
        if len(numbers) == 2:
            numbers = [0, *numbers]
        digits = {name: str(n) for name, n in zip("abc", numbers, strict=True)}
        if style != "half":
            digits = {name: full_width_text(n) for name, n in digits.items()}
        kanji = {name: kanji_number(n) for name, n in zip("ABC", numbers, strict=True)}
        return (three if found[1] else two).format(**digits, **kanji)

    made = _LOT.sub(lot, address, count=1)
    return half_width_text(made) if style == "half" else made


def kanji_number(n: int) -> str:
    """0 to 9999 as in addresses: 二十三, 百四."""
    digits = "〇一二三四五六七八九"
    if n < 10:
        return digits[n]
    for unit, name in ((1000, "千"), (100, "百"), (10, "十")):
        if n >= unit:
            head = digits[n // unit] if n // unit > 1 else ""
            return head + name + (kanji_number(n % unit) if n % unit else "")
    raise AssertionError


def dashes_as(text: str, dash: str, *, between: bool = True) -> str:
    """Every dash as the one of that name in :data:`DASHES`.

    With ``between`` only dashes between digits or letters, so that the ー of コーポ stays.
    """
    return (_BETWEEN if between else _ANY_DASH).sub(DASHES[dash][0], text)


def waves_as(text: str, wave: str) -> str:
    """Every wave as the one of that name in :data:`WAVES`."""
    return _ANY_WAVE.sub(WAVES[wave][0], text)


def full_width_text(text: str) -> str:
    """Digits, letters, signs, kana and spaces in full width."""
    return str(jaconv.h2z(text, kana=True, ascii=True, digit=True)).replace(" ", "　")


def half_width_text(text: str) -> str:
    """Digits, letters, signs and spaces in half width; kana stay."""
    return str(jaconv.z2h(text, kana=False, ascii=True, digit=True)).replace("－", "-")

"""Spellings that mean the same, folded to one form for comparing. Never for storing."""

from __future__ import annotations

import re
import unicodedata

KUROMARU = "●"
"""U+25CF stands in the answers for a character their character set lacks."""

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_DASHES = re.compile(r"[‐‑‒–—―−ー－ｰ]")
_HIRAGANA = {c: c + 0x60 for c in range(0x3041, 0x3097)}
_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_SEX = {"男": "1", "女": "2"}


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def fold_kana(text: str) -> str:
    """Width, spaces, hiragana, and small letters: answers spell ショウ as ｼﾖｳ."""
    return _DASHES.sub("ー", _plain(text).translate(_HIRAGANA)).translate(_SMALL)


def fold_name(text: str) -> str:
    """Width and spaces only: 髙 and 高 stay different."""
    return _plain(text)


def same_name(ours: str, theirs: str) -> bool:
    """Equal but for ●, which stands for any one character."""
    a, b = fold_name(ours), fold_name(theirs)
    return len(a) == len(b) and all(x == y or KUROMARU in (x, y) for x, y in zip(a, b, strict=True))


def fold_address(text: str) -> str:
    """Width, spaces, dashes, and 一丁目２番地３号 as 1-2-3."""
    plain = _DASHES.sub("-", _plain(text))
    plain = re.sub(
        r"([一二三四五六七八九])(?=丁目|番|号)", lambda m: m[1].translate(_DIGITS), plain
    )
    plain = re.sub(r"(?<=\d)(丁目|番地の?|番|号|の)(?=\d)", "-", plain)
    return re.sub(r"(?<=\d)(番地|番|号)", "", plain).rstrip("-")


def fold_number(text: str) -> str:
    """記号 and 番号: width, spaces and dashes."""
    return _DASHES.sub("-", _plain(text))


def fold_insurer(text: str) -> str:
    """保険者番号: eight places, padded with blanks or zeros by whoever sent it."""
    return _plain(text).lstrip("0")


def insurer_digits(text: str) -> str:
    """保険者番号 without padding: six digits of 国保, or eight, the leading 0 kept."""
    plain = _plain(text)
    if len(plain) == 8 and plain.startswith("00"):
        return plain[2:]
    return plain.zfill(6 if len(plain) < 7 else 8)


def fold_branch(text: str) -> str:
    """枝番: two digits."""
    plain = _plain(text)
    return plain.zfill(2) if plain else ""


def fold_sex(text: str) -> str:
    """OQSCD007; 3 is 未設定 and differs from nothing."""
    code = _SEX.get(_plain(text)[:1], _plain(text))
    return "" if code == "3" else code


def without_kuromaru(text: str | None) -> str | None:
    """A spelling that is complete, or None."""
    return text if text and KUROMARU not in text else None


def all_kana(text: str) -> bool:
    """Whether nothing but kana is in it."""
    return all("\u3040" <= c <= "\u30ff" or c.isspace() for c in text)

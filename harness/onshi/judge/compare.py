"""When two spellings of the same thing are the same: every normalisation of the rules.

Products display what they received in their own way (width, spaces, padding). None of that is a
change. Sources: facts, oqs page, sections 2.4 and 5 (half-width kana, space- or zero-padded
insurer numbers, full-width symbols, large for small kana), ``003:L676`` (address styles).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import jaconv

__all__ = [
    "address",
    "day",
    "fits",
    "fold_kana",
    "has_blackdot",
    "has_kanji",
    "identifier",
    "insurer",
    "kana",
    "means_invalid",
    "one_width",
    "percent",
    "plain",
    "same",
    "sex",
]

BLACKDOT = "●"
_DASHES = re.compile(r"[‐‑‒–—―−ー─]")
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_SEX = {"1": "1", "男": "1", "男性": "1", "m": "1", "male": "1"} | {
    "2": "2",
    "女": "2",
    "女性": "2",
    "f": "2",
    "female": "2",
}
_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_KANJI_NUMBER = re.compile(r"[一二三四五六七八九十]+(?=丁目|番|号)")
_INVALID = ("invalid", "not_found", "無効", "喪失", "資格なし", "該当なし", "資格情報なし")


def plain(value: str) -> str:
    """NFKC without any white space: names, and whatever has no rule of its own."""
    return "".join(unicodedata.normalize("NFKC", value).split())


def one_width(value: str) -> str:
    """NFKC in capitals, spaces and lines as they are: a text to look for something in."""
    return unicodedata.normalize("NFKC", value).upper()


def kana(value: str) -> str:
    """Full-width katakana without spaces; every dash is a long-vowel mark."""
    return _DASHES.sub("ー", jaconv.hira2kata(plain(value)).replace("-", "ー"))


def fold_kana(value: str) -> str:
    """The same with small kana made large (``ショウ`` and ``シヨウ`` become one)."""
    return kana(value).translate(_SMALL)


def insurer(value: str) -> str:
    """An insurer number without the padding (spaces or zeros) to 8."""
    return plain(value).lstrip("0")


def identifier(value: str) -> str:
    """記号, 番号, 枝番: width, spaces, dashes and leading zeros do not count."""
    return _DASHES.sub("-", plain(value)).lstrip("0")


def address(value: str) -> str:
    """An address with ``1丁目2番地3号``, ``一丁目…`` and ``１－２－３`` made one."""
    text = _KANJI_NUMBER.sub(lambda m: _kanji_number(m[0]), plain(value))
    text = re.sub(r"(?<=\d)(丁目|番地の?|番|号|の)(?=\d|$)", "-", text)
    text = re.sub(r"(?<=\d)(丁目|番地の?|番|号)", "-", text)
    return re.sub(r"-+", "-", _DASHES.sub("-", text)).rstrip("-")


def _kanji_number(text: str) -> str:
    """``二十三`` as ``23``; up to 99, which is enough for a 丁目."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return text.translate(_KANJI_DIGITS)
    return (tens or "一").translate(_KANJI_DIGITS) + (ones or "〇").translate(_KANJI_DIGITS)


def sex(value: str) -> str:
    """OQSCD007 ``1`` or ``2``; a spelling that is not known stays as it is."""
    text = plain(value).lower()
    return _SEX.get(text, text)


def day(text: str) -> date | None:
    """``YYYYMMDD`` as a date; None for anything else."""
    digits = plain(text)
    if not re.fullmatch(r"\d{8}", digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def percent(text: str) -> int | None:
    """A share as the messages write it (``020``) in percent; None for anything else."""
    digits = plain(text)
    return int(digits) if digits.isdecimal() else None


def has_blackdot(text: str) -> bool:
    """Whether a character was replaced by ● (facts: oqs page, section 5)."""
    return BLACKDOT in text


def fits(dotted: str, known: str) -> bool:
    """Whether an address with ● can be the one that is known: each ● stands for one or two
    characters (one with its selector)."""
    pattern = re.escape(address(dotted)).replace(BLACKDOT, ".{1,2}")
    return re.fullmatch(pattern, address(known)) is not None


def has_kanji(text: str) -> bool:
    """Whether there is any kanji in it."""
    return any("CJK UNIFIED" in unicodedata.name(c, "") for c in text)


def means_invalid(status: str) -> bool:
    """Whether a chart's status word says that there is no valid qualification."""
    text = plain(status).lower()
    return any(word in text for word in _INVALID)


_BY_FIELD: dict[str, Callable[[str], str]] = {
    "kana": kana,
    "sex": sex,
    "insurer_number": insurer,
    "symbol": identifier,
    "number": identifier,
    "branch": identifier,
}


def same(field: str, a: Any, b: Any) -> bool:
    """Whether two values of one field of a Chart say the same thing."""
    if isinstance(a, str) and isinstance(b, str):
        normal = _BY_FIELD.get(field, plain)
        return normal(a) == normal(b)
    return bool(a == b)

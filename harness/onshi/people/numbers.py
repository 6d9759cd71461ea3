"""保険者番号 and the numbers like it: shapes, padding, check digits.

Eight digits are 法別番号 2, 都道府県 2, 保険者別 3 and a check digit; 国保 has no 法別番号 and six
digits. Which 法別番号 stands for which scheme: facts, claims page, section 5.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["SCHEMES", "Scheme", "bare", "check_digit_ok", "luhn", "padded", "plan_of"]

Scheme = Literal["shaho", "kokuho", "kouki", "jieitai", "seiho"]
"""社保 (with 共済 and 特例退職), 国保, 後期, 自衛官, 生活保護 (医療扶助)."""

SCHEMES: dict[str, tuple[Scheme, str]] = {
    "01": ("shaho", "全国健康保険協会"),
    "02": ("shaho", "船員保険"),
    "03": ("shaho", "日雇特例（一般）"),
    "04": ("shaho", "日雇特例（特別）"),
    "06": ("shaho", "健康保険組合"),
    "07": ("jieitai", "自衛官"),
    "12": ("seiho", "生活保護"),
    "31": ("shaho", "国家公務員共済"),
    "32": ("shaho", "地方公務員共済"),
    "33": ("shaho", "警察共済"),
    "34": ("shaho", "公立学校共済・私学共済"),
    "39": ("kouki", "後期高齢者医療"),
    "63": ("shaho", "特例退職（健康保険組合）"),
    "67": ("kokuho", "国保退職者医療"),
    "72": ("shaho", "特例退職（国家公務員共済）"),
    "73": ("shaho", "特例退職（地方公務員共済）"),
    "74": ("shaho", "特例退職（警察共済）"),
    "75": ("shaho", "特例退職（公立学校共済・私学共済）"),
}
"""Scheme and name by 法別番号 (first two of eight digits). 12 is a 公費負担者番号."""


def luhn(body: str) -> str:
    """The check digit of 保険者番号, 公費負担者番号 and 受給者番号 (claims page, section 5)."""
    total = 0
    for i, digit in enumerate(reversed(body)):
        product = int(digit) * (2 - i % 2)
        total += product // 10 + product % 10
    return str(-total % 10)


def check_digit_ok(number: str) -> bool:
    """Whether the last digit is the check digit of those before it, padding left aside."""
    digits = bare(number)
    return len(digits) > 1 and _digits(digits) and luhn(digits[:-1]) == digits[-1]


def bare(number: str) -> str:
    """Without padding: spaces, and the zeros that fill a 国保 number up to eight digits."""
    digits = number.strip()
    return digits[2:] if len(digits) == 8 and digits.startswith("00") else digits


def padded(number: str, with_: Literal[" ", "0"] = " ") -> str:
    """Eight characters as messages have them, filled up on the left with spaces or zeros."""
    return bare(number).rjust(8, with_)


def plan_of(number: str) -> Scheme | None:
    """The scheme by the shape of a number, padded or not; None for a shape of no scheme."""
    digits = bare(number)
    if not _digits(digits):
        return None
    if len(digits) == 6:
        return "kokuho"
    known = SCHEMES.get(digits[:2]) if len(digits) == 8 else None
    return known[0] if known else None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()

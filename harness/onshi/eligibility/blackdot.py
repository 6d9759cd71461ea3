"""● (U+25CF): what the system shows for a character outside its repertoire.

It is data, not mojibake: names and addresses arrive so (facts: oqs page, section 5). The exact
repertoire is not public. The rule here: what JIS X 0208 has passes, the rest becomes ●, one for
each character that a person sees, but for the exceptions below, which are data with their
sources.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from random import Random

__all__ = ["BLACKDOT", "EXCEPTIONS", "REACHES", "arrives", "characters", "dot", "force"]

BLACKDOT = "●"

EXCEPTIONS: dict[str, tuple[bool, str]] = {
    "德": (True, "reported as returned unreplaced, then refused in a claim (sano-shikaku road19)"),
    "冨": (False, "reported as ● although JIS X 0208 has it (clinics' reports in the press)"),
}
"""Character: (whether it arrives, source). Extend it when a case is reported."""

REACHES = {
    "cp932": "cp932",  # JIS X 0208 with NEC row 13 and the IBM extensions: what Windows calls SJIS
    "jisx0213": "shift_jis_2004",  # with the third and fourth level
    "unicode": "utf-8",
}
"""Wider repertoires by name, with the codec that knows each."""

# the same JIS X 0208 cells under the names that Windows gives them
_WINDOWS_NAMES = frozenset("～－∥￠￡￢")
_HALF_KATAKANA = range(0xFF61, 0xFFA0)

# What belongs to the character before it: combining marks, joiners, variation selectors. Half-width
# voiced marks do not: JIS X 0201 has them as characters of their own.
_MARKS = (
    "\u0300-\u036f\u200c\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef"
)
_MARK = re.compile(f"[{_MARKS}]")
_CHARACTER = re.compile(f".[{_MARKS}]*", re.DOTALL)


def characters(text: str) -> list[str]:
    """The text in the characters that a person sees: 邊 with its variation selector is one."""
    return _CHARACTER.findall(text) if _MARK.search(text) else list(text)


def arrives(char: str, reach: str = "") -> bool:
    """Whether one character, as :func:`characters` gives them, comes through as it is.

    ``reach`` names a wider repertoire of :data:`REACHES`. A kanji with a variation selector is
    another one than the kanji alone, and JIS X 0208 has only that.
    """
    if len(char) > 1:
        return reach == "unicode"
    if _passes[ord(char)] == char:
        return True
    if not reach or unicodedata.category(char) in ("Cc", "Cs") or ord(char) & 0xFFFE == 0xFFFE:
        return False  # nothing that XML could not carry
    try:
        char.encode(REACHES[reach])
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def dot(text: str, reach: str = "") -> str:
    """The text as the system shows it, with ``reach`` one that lets more through.

    What was typed as letter and accent (カ with U+3099) counts as the one character that it makes.
    """
    if reach or _MARK.search(text):
        return "".join(_shown(c, reach) for c in characters(text))
    return text.translate(_passes)


def _shown(char: str, reach: str) -> str:
    if len(char) > 1:
        composed = unicodedata.normalize("NFC", char)
        char = composed if len(composed) == 1 else char
    return char if arrives(char, reach) else BLACKDOT


class _Passes(dict[int, str]):
    """By code point: the character itself, or ●; made when it is first asked for."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        shown = self[code] = char if _in_repertoire(char) else BLACKDOT
        return shown


_passes = _Passes()


def _in_repertoire(char: str) -> bool:
    """ASCII, half-width katakana (JIS X 0201) and JIS X 0208, but for the exceptions."""
    if char in EXCEPTIONS:
        return EXCEPTIONS[char][0]
    if " " <= char <= "~" or char in _WINDOWS_NAMES or ord(char) in _HALF_KATAKANA:
        return True
    try:
        # two bytes are JIS X 0208; one is ASCII (¥ and ‾ among it), three are JIS X 0212
        return len(char.encode("euc_jp")) == 2 and char > "\x9f"
    except UnicodeEncodeError:
        return False


def force(text: str, dots: int, rng: Random, of: int = 0) -> str:
    """The text with exactly ``dots`` of its characters as ●, spaces not counted.

    Positions come from ``rng``; characters that are ● already count and stay. With ``of`` the
    result has that many characters besides spaces: a longer name loses some, a shorter one is
    continued (with ● first), so that "3 of 4" holds whoever the patient is. At most all
    characters are replaced.
    """
    chars = characters(text)
    if of:
        chars = _fit(chars, of, dots)
    places = [i for i, c in enumerate(chars) if not c.isspace()]
    held = [i for i in places if chars[i] == BLACKDOT]
    free = [i for i in places if chars[i] != BLACKDOT]
    wanted = min(dots, len(places))
    for i in rng.sample(free, max(0, wanted - len(held))):
        chars[i] = BLACKDOT
    return "".join(chars)


def _fit(chars: list[str], of: int, dots: int) -> list[str]:
    """Exactly ``of`` characters besides spaces, both parts of a name kept where possible."""
    while sum(not c.isspace() for c in chars) > of:
        gap = next((i for i, c in enumerate(chars) if c.isspace()), None)
        last_alone = gap is not None and gap == len(chars) - 2
        if last_alone and gap is not None and gap > 1:
            del chars[gap - 1]
        else:
            del chars[-1]
    missing = of - sum(not c.isspace() for c in chars)
    spare = max(0, min(missing, dots - chars.count(BLACKDOT)))
    return chars + [BLACKDOT] * spare + ["一"] * (missing - spare)

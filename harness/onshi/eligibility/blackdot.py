"""● (U+25CF): what the system shows for a character outside its repertoire.

It is data, not mojibake: names and addresses arrive so (facts: oqs page, section 5). The exact
repertoire is not public. The rule here: what JIS X 0208 has passes, the rest becomes ●, one for
one, but for the exceptions below, which are data with their sources.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

__all__ = ["BLACKDOT", "EXCEPTIONS", "arrives", "dot", "force"]

BLACKDOT = "●"

EXCEPTIONS: dict[str, tuple[bool, str]] = {
    "德": (True, "reported as returned unreplaced, then refused in a claim (sano-shikaku road19)"),
    "冨": (False, "reported as ● although JIS X 0208 has it (clinics' reports in the press)"),
}
"""Character: (whether it arrives, source). Extend it when a case is reported."""

# the same JIS X 0208 cells under the names that Windows gives them
_WINDOWS_NAMES = frozenset("～－∥￠￡￢")


@lru_cache(maxsize=4096)
def arrives(char: str) -> bool:
    """Whether one character comes through as it is."""
    if char in EXCEPTIONS:
        return EXCEPTIONS[char][0]
    if char in _WINDOWS_NAMES:
        return True
    try:
        char.encode("shift_jis")  # Python's codec is JIS X 0208 without vendor extensions
    except UnicodeEncodeError:
        return False
    return True


def dot(text: str) -> str:
    """The text as the system shows it."""
    return "".join(c if arrives(c) else BLACKDOT for c in text)


def force(text: str, dots: int, rng: Random, of: int = 0) -> str:
    """The text with exactly ``dots`` of its characters as ●, spaces not counted.

    Positions come from ``rng``; characters that are ● already count and stay. With ``of`` the
    result has that many characters besides spaces: a longer name loses some, a shorter one is
    continued (with ● first), so that "3 of 4" holds whoever the patient is. At most all
    characters are replaced.
    """
    chars = _fit(list(text), of, dots) if of else list(text)
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

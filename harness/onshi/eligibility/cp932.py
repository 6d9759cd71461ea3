"""Shift_JIS as Windows writes it.

The IBM extensions stand in CP932 twice: 髙 is EE E0 among the rows that NEC chose, and FB FC among
those of IBM. Windows, Java (windows-31j) and glibc write the latter; Python's codec writes the
former (measured with Java 17, glibc 2.36 and Python 3.11). Readers that take Shift_JIS literally
lose other characters after the one than after the other.
"""

from __future__ import annotations

import re

__all__ = ["encode"]


def _twice() -> dict[str, bytes]:
    """The characters that Python would write in NEC's rows, with their place in IBM's."""
    found: dict[str, bytes] = {}
    for lead in range(0xFA, 0xFD):
        for trail in range(0x40, 0xFD):
            place = bytes((lead, trail))
            char = place.decode("cp932", "ignore")
            if len(char) == 1 and char.encode("cp932")[0] in (0xED, 0xEE):
                found[char] = place
    return found


_PLACES = _twice()
_ANY = re.compile(f"([{''.join(map(re.escape, _PLACES))}])")


def encode(text: str, errors: str = "xmlcharrefreplace") -> bytes:
    """The bytes of a text; what CP932 lacks becomes a numeric reference, or as ``errors`` has it.

    What a real institution's file has there is not public; a reference is what an XmlWriter makes
    of it (facts: oqs page, section 7).
    """
    if not _ANY.search(text):
        return text.encode("cp932", errors)
    return b"".join(_PLACES.get(p) or p.encode("cp932", errors) for p in _ANY.split(text))

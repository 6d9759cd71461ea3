"""Bytes of a message as programs write them that get an encoding wrong.

XML of files, JSON of the WebAPI. Everything here starts from a whole message of ours and changes
its bytes alone; what is no such message stays as it is (a ZIP, an error page, half a file).
"""

from __future__ import annotations

import json
import re
from typing import Any

from onshi.eligibility import cp932

__all__ = [
    "json_as",
    "other_bytes",
    "other_declaration",
    "other_identifier",
    "with_bom",
    "with_references",
]

_HEAD = re.compile(rb'^<\?xml version="1.0" encoding="(UTF-8|Shift_JIS)"')
_CODEC = {b"UTF-8": "utf-8", b"Shift_JIS": "cp932"}
_OTHER = {b"UTF-8": b"Shift_JIS", b"Shift_JIS": b"UTF-8"}
_IDENTIFIER = re.compile(rb"(?<=<CharacterCodeIdentifier>)[01](?=</)")


def _declared(xml: bytes) -> bytes:
    found = _HEAD.match(xml)
    return found[1] if found else b""


def other_declaration(xml: bytes) -> bytes:
    """The declaration names the other encoding; the bytes stay."""
    said = _declared(xml)
    return xml.replace(said, _OTHER[said], 1) if said else xml


def other_bytes(xml: bytes) -> bytes:
    """The declaration stays; the bytes are those of the other encoding."""
    said = _declared(xml)
    if not said:
        return xml
    text = xml.decode(_CODEC[said])
    return cp932.encode(text) if said == b"UTF-8" else text.encode("utf-8")


def other_identifier(xml: bytes) -> bytes:
    """Declaration and bytes agree; CharacterCodeIdentifier names the other encoding."""
    if not _declared(xml):
        return xml
    return _IDENTIFIER.sub(lambda found: b"1" if found[0] == b"0" else b"0", xml, count=1)


def with_bom(xml: bytes, codec: str = "") -> bytes:
    """A byte order mark before the declaration, which stays as it is.

    Without a ``codec`` it is that of UTF-8, whatever the bytes are; ``utf-16-le`` and ``utf-16-be``
    write all of it so.
    """
    said = _declared(xml)
    if not said:
        return xml
    if not codec:
        return b"\xef\xbb\xbf" + xml
    return ("\ufeff" + xml.decode(_CODEC[said])).encode(codec)


def with_references(xml: bytes, *, all_of_them: bool, form: str) -> bytes:
    """Characters as numeric references: all beyond ASCII, or those that CP932 lacks.

    ``form``: ``decimal``, ``hex``, or ``surrogates``, which makes two references of a character
    beyond U+FFFF. That is no XML any more.
    """
    said = _declared(xml)
    if not said:
        return xml
    codec = "ascii" if all_of_them else "cp932"

    def written(found: re.Match[str]) -> str:
        char = found[0]
        if _has(codec, char):
            return char
        units = [ord(char)]
        if form == "surrogates" and units[0] > 0xFFFF:
            high, low = divmod(units[0] - 0x10000, 0x400)
            units = [0xD800 + high, 0xDC00 + low]
        return "".join(f"&#x{u:X};" if form == "hex" else f"&#{u};" for u in units)

    text = re.sub("[^\x00-\x7f]", written, xml.decode(_CODEC[said]))
    return text.encode("utf-8") if said == b"UTF-8" else cp932.encode(text)


def _has(codec: str, char: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


# --------------------------------------------------------------------- JSON
def json_as(body: bytes, form: str) -> bytes:
    """A JSON body in a form; what is no JSON stays as it is.

    ``as_is`` · ``bom``: UTF-8 with a byte order mark · ``utf-16``: with one, little endian ·
    ``cp932``: what it lacks is ? · ``escaped``: ASCII, with escapes for the rest (two for a
    character beyond U+FFFF) · ``lone_surrogate``: so, and only the first of two; of a Name that
    has none, the last character is half of one.
    """
    try:
        tree = json.loads(body)
    except ValueError:
        return body
    if form == "bom":
        return b"\xef\xbb\xbf" + body
    if form == "utf-16":
        return ("\ufeff" + body.decode("utf-8")).encode("utf-16-le")
    if form == "cp932":
        return cp932.encode(body.decode("utf-8"), "replace")
    if form == "lone_surrogate":
        return _ascii(_halved(tree))
    return _ascii(tree) if form == "escaped" else body


def _ascii(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _halved(tree: Any, name: str = "") -> Any:
    """The tree with the second half of every surrogate pair lost, and one lost in each Name."""
    if isinstance(tree, dict):
        return {key: _halved(value, key) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_halved(entry) for entry in tree]
    if not isinstance(tree, str):
        return tree
    half = "".join(chr(0xD800 + (ord(c) - 0x10000) // 0x400) if c > "\uffff" else c for c in tree)
    return half[:-1] + "\ud842" if name == "Name" and half == tree and half else half

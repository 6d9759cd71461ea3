"""Records into the bytes of a レセプト電算 file.

For tests, samples and the files that come back; a レセコン writes its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from onshi.claims.items import outside_jis
from onshi.claims.layout import Department, layout_of
from onshi.claims.records import Record
from onshi.errors import OnshiError

__all__ = ["fields", "full_width", "write_file"]

_UNWRITABLE = "？"
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_WIDE |= {0x20: 0x3000, ord('"'): ord("”"), ord("'"): ord("’")}


def fields(department: Department, record: str, items: Mapping[str, str]) -> tuple[str, ...]:
    """All fields of a record by the names of their items; those that are not named are empty.

    Raises :class:`OnshiError` for an item that the record does not have.
    """
    layout = layout_of(department)
    made = [record, *("" for _ in layout.items(record))]
    for name, text in items.items():
        if not layout.has(record, name):
            known = "・".join(i.name for i in layout.items(record) if i.mode)
            raise OnshiError(f"{record}（{department}）に「{name}」という項目はありません: {known}")
        made[layout.index(record, name)] = text
    return tuple(made)


def write_file(records: Iterable[Record | Sequence[str]]) -> bytes:
    """A whole file: CP932, CR+LF after each record, one 0x1A at the end.

    What JIS X 0208 does not have becomes ？, as the rule for such files has it (facts: claims page,
    section 1). Raises :class:`OnshiError` for a text with a comma or a line break.
    """
    lines = []
    for record in records:
        texts = record.fields if isinstance(record, Record) else tuple(record)
        if bad := next((t for t in texts if set(t) & set(",\r\n\x1a")), None):
            raise OnshiError(f"{texts[0]}: 「{bad}」には、記録できない「,」か改行があります")
        lines.append(_encoded(",".join(texts)) + b"\r\n")
    return b"".join(lines) + b"\x1a"


def full_width(text: str) -> str:
    """The text in 全角, as 漢字 items want it; commas and quotes too."""
    return text.translate(_WIDE)


def _encoded(text: str) -> bytes:
    if text.isascii():
        return text.encode("ascii")
    strange = set(outside_jis(text))
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        strange |= {c for c in text if not _writable(c)}
    return text.translate({ord(c): _UNWRITABLE for c in strange}).encode("cp932")


def _writable(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True

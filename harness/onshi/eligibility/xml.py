"""The messages as XML bytes, UTF-8 or Shift_JIS (that is CP932), and requests back from them.

Nothing from outside reaches beyond its own bytes: no entities, no DTD, no network, a bound on
size. Shift_JIS is decoded here and not by the parser, because no parser agrees with Windows on
it (facts: oqs page, section 5).
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from random import Random
from typing import Any, TypeVar

import msgspec
from lxml import etree

from onshi.eligibility import cp932
from onshi.eligibility import messages as m
from onshi.eligibility.elements import Element, Part, entry_part, parts

__all__ = [
    "MAX_BULK_BYTES",
    "MAX_BYTES",
    "NotAMessageError",
    "encoding_of",
    "parse",
    "parse_request",
    "parse_result",
    "to_xml",
]

MAX_BYTES = 1 << 20
MAX_BULK_BYTES = 16 << 20
"""A bound for messages about many people: some 5,000 full answers."""
_MAX_TAGS = 1_000_000
"""As many as fit into a full message; a file of nothing but tags would need 40 times its size."""
_DECLARED = {"utf-8": "UTF-8", "cp932": "Shift_JIS"}
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
}
_DECLARATION = re.compile(rb"^\s*<\?xml\b[^>]*?\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")

Doc = TypeVar("Doc", bound=Element)


class NotAMessageError(ValueError):
    """Bytes that are not a complete message; the text says why."""


def to_xml(
    document: Element,
    encoding: str = "utf-8",
    *,
    shuffle: Random | None = None,
) -> bytes:
    """The bytes of a message of any kind, declaration included.

    ``encoding`` is ``utf-8`` or ``cp932``; a character that CP932 lacks becomes a numeric
    reference. ``shuffle`` puts children in another order, as face files have it (facts: oqs
    page, section 2); entries of one name keep theirs.
    """
    (whole,) = parts(type(document))
    root = etree.Element(whole.tag)
    _fill(root, getattr(document, whole.name), shuffle)
    text: str = etree.tostring(root, encoding="unicode")
    head = f'<?xml version="1.0" encoding="{_DECLARED[encoding]}" standalone="no"?>\n'
    return cp932.encode(head + text) if encoding == "cp932" else (head + text).encode(encoding)


def _fill(element: Any, record: Element, shuffle: Random | None) -> None:
    fields = list(parts(type(record)))
    if shuffle is not None:
        shuffle.shuffle(fields)
    for field in fields:
        value = getattr(record, field.name)
        if value is None:
            continue
        if field.kind == "text":
            etree.SubElement(element, field.tag).text = value or None
        elif field.kind == "block":
            _fill(etree.SubElement(element, field.tag), value, shuffle)
        elif field.kind == "beside":
            for entry in value:
                _fill(etree.SubElement(element, field.tag), entry, shuffle)
        else:
            around = etree.SubElement(element, field.tag)
            for entry in value:
                _fill(around, entry, shuffle)


def parse_request(data: bytes) -> m.RequestDocument:
    """A request from its bytes. Raises :class:`NotAMessageError`."""
    return parse(data, m.RequestDocument)


def parse_result(data: bytes) -> m.Document:
    """A result or face file from its bytes. Raises :class:`NotAMessageError`."""
    return parse(data, m.Document)


def parse(data: bytes, kind: type[Doc], *, limit: int = MAX_BYTES) -> Doc:
    """A message of some kind from its bytes.

    Elements that the kind does not have are ignored, and so is one around entries that stand
    beside each other. Raises :class:`NotAMessageError`, also beyond ``limit`` bytes.
    """
    if len(data) > limit:
        raise NotAMessageError(f"larger than {limit} bytes")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_text(data).encode("utf-8"), parser)
    except etree.XMLSyntaxError as e:
        raise NotAMessageError(f"not well-formed XML: {e.msg}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAMessageError("a document type declaration is not accepted")
    (whole,) = parts(kind)
    if root.tag != whole.tag:
        raise NotAMessageError(f"the root element is {root.tag}, not {whole.tag}")
    try:
        return msgspec.convert({whole.tag: _plain(root, whole.type)}, kind)
    except msgspec.ValidationError as e:
        raise NotAMessageError(f"not a message: {e}") from None


def encoding_of(data: bytes) -> str:
    """The encoding that a message declares, as it is to be read: ``utf-8`` or ``cp932``.

    Raises :class:`NotAMessageError` for another one, and for the mark of UTF-8 before a
    declaration of Shift_JIS: one of the two is wrong, and names would be read as other names.
    """
    declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8))
    named = _ENCODING.search(declaration[0]) if declaration else None
    name = named[1].decode("ascii").lower() if named else "utf-8"
    if name not in _CODECS:
        raise NotAMessageError(f"encoding {name} is not used by these messages")
    if _CODECS[name] == "cp932" and data.startswith(codecs.BOM_UTF8):
        raise NotAMessageError(f"starts with the mark of UTF-8, but declares {name}")
    return _CODECS[name]


def _text(data: bytes) -> str:
    """Decoded by its declaration, which is then dropped."""
    codec = encoding_of(data)
    data = data.removeprefix(codecs.BOM_UTF8)
    declaration = _DECLARATION.match(data)
    try:
        text = data[declaration.end() if declaration else 0 :].decode(codec)
    except UnicodeDecodeError:
        raise NotAMessageError(f"not {codec} text, although it is declared so") from None
    if not text.strip():
        raise NotAMessageError("empty")
    if text.count("<") > _MAX_TAGS:
        raise NotAMessageError(f"more than {_MAX_TAGS} tags")
    return text


def _plain(element: Any, kind: Any) -> dict[str, Any]:
    """An element as the builtins that JSON would have for it."""
    known = _by_tag(kind)
    found: dict[str, Any] = {}
    for child in element:
        field = known.get(child.tag)
        if field is None:
            for inner in child:
                entries = known.get(inner.tag)
                if entries is not None and entries.kind == "beside":
                    found.setdefault(inner.tag, []).append(_plain(inner, entries.type))
        elif field.kind == "beside":
            found.setdefault(field.tag, []).append(_plain(child, field.type))
        elif field.tag in found:
            raise NotAMessageError(f"not a message: {field.tag} is there twice")
        else:
            found[field.tag] = _plain_field(child, field)
    return found


def _plain_field(element: Any, field: Part) -> Any:
    if field.kind == "text":
        return _plain_text(element)
    if field.kind == "block":
        return _plain(element, field.type)
    entry = entry_part(field.type)
    return [{entry.tag: _plain(e, entry.type)} for e in element if e.tag == entry.tag]


def _plain_text(element: Any) -> Any:
    """Text; elements where only text belongs stay what they are, for the error to name."""
    return element.text or "" if not len(element) else {child.tag: "" for child in element}


@cache
def _by_tag(kind: Any) -> dict[str, Part]:
    return {part.tag: part for part in parts(kind)}

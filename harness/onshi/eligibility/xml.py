"""The messages as XML bytes, UTF-8 or Shift_JIS (that is CP932), and requests back from them.

Nothing from outside reaches beyond its own bytes: no entities, no DTD, no network, a bound on
size. Shift_JIS is decoded here and not by the parser, because no parser agrees with Windows on
it (facts: oqs page, section 5).
"""

from __future__ import annotations

import re
from random import Random
from typing import Any, TypeVar

import msgspec
from lxml import etree

from onshi.eligibility import messages as m

__all__ = ["MAX_BYTES", "NotAMessageError", "parse_request", "parse_result", "to_xml"]

MAX_BYTES = 1 << 20
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

Doc = TypeVar("Doc", m.Document, m.RequestDocument)


class NotAMessageError(ValueError):
    """Bytes that are not a complete message; the text says why."""


def to_xml(
    document: m.Document | m.RequestDocument,
    encoding: str = "utf-8",
    *,
    shuffle: Random | None = None,
) -> bytes:
    """The bytes of a message, declaration included.

    ``encoding`` is ``utf-8`` or ``cp932``; a character that CP932 lacks becomes a numeric
    reference. ``shuffle`` puts children in another order, as face files have it (facts: oqs
    page, section 2).
    """
    (tag, content), *_ = msgspec.to_builtins(document).items()
    root = etree.Element(tag)
    _fill(root, content, shuffle)
    text: str = etree.tostring(root, encoding="unicode")
    head = f'<?xml version="1.0" encoding="{_DECLARED[encoding]}" standalone="no"?>\n'
    return (head + text).encode(encoding, "xmlcharrefreplace")


def _fill(element: Any, content: Any, shuffle: Random | None) -> None:
    if isinstance(content, str):
        element.text = content or None
        return
    pairs = (
        [pair for entry in content for pair in entry.items()]
        if isinstance(content, list)
        else list(content.items())
    )
    if shuffle is not None and isinstance(content, dict):
        shuffle.shuffle(pairs)
    for tag, inner in pairs:
        _fill(etree.SubElement(element, tag), inner, shuffle)


def parse_request(data: bytes) -> m.RequestDocument:
    """A request from its bytes. Raises :class:`NotAMessageError`."""
    return _parse(data, m.RequestDocument)


def parse_result(data: bytes) -> m.Document:
    """A result or face file from its bytes. Raises :class:`NotAMessageError`."""
    return _parse(data, m.Document)


def _parse(data: bytes, kind: type[Doc]) -> Doc:
    if len(data) > MAX_BYTES:
        raise NotAMessageError(f"larger than {MAX_BYTES} bytes")
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
    if root.tag != "XmlMsg":
        raise NotAMessageError(f"the root element is {root.tag}, not XmlMsg")
    try:
        return msgspec.convert({"XmlMsg": _plain(root)}, kind)
    except msgspec.ValidationError as e:
        raise NotAMessageError(f"not a message: {e}") from None


def _text(data: bytes) -> str:
    """Decoded by its declaration, which is then dropped."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    declaration = _DECLARATION.match(data)
    named = _ENCODING.search(declaration[0]) if declaration else None
    name = named[1].decode("ascii").lower() if named else "utf-8"
    if name not in _CODECS:
        raise NotAMessageError(f"encoding {name} is not used by these messages")
    try:
        text = data[declaration.end() if declaration else 0 :].decode(_CODECS[name])
    except UnicodeDecodeError:
        raise NotAMessageError(f"not {name} text, although it is declared so") from None
    if not text.strip():
        raise NotAMessageError("empty")
    return text


_LISTS = frozenset({"ResultList"})
_BLOCKS = frozenset(
    {
        "XmlMsg",
        "MessageHeader",
        "MessageBody",
        "QualificationConfirmSearchInfo",
        "ResultOfQualificationConfirmation",
        "ElderlyRecipientCertificateInfo",
        "LimitApplicationCertificateRelatedInfo",
    }
)


def _plain(element: Any) -> Any:
    """An element as the builtins that JSON would have for it."""
    tag = element.tag
    if tag in _LISTS:
        return [{child.tag: _plain(child)} for child in element]
    if tag in _BLOCKS or len(element):
        return {child.tag: _plain(child) for child in element}
    return element.text or ""

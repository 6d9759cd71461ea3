"""The same messages as JSON, ``{"XmlMsg": {…}}``, for the WebAPI.

JSON here is UTF-8 whatever the institution's encoding is: no public source shows a WebAPI
answer in another one. ``ResultList`` is an array of objects with one key, as a public client
has it; the other lists have the same shape by analogy, and entries that stand beside each other
in XML (``BulkConfirmUnit``) are an array under their name: no public source has those in JSON.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec

from onshi.eligibility import messages as m
from onshi.eligibility.elements import Element
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError

__all__ = ["parse", "parse_request", "parse_result", "to_json"]

Doc = TypeVar("Doc", bound=Element)

_encode = msgspec.json.Encoder().encode


def to_json(document: Element) -> bytes:
    """The bytes of a message."""
    return _encode(document)


def parse(data: bytes, kind: type[Doc], *, limit: int = MAX_BYTES) -> Doc:
    """A message of some kind from its bytes.

    Raises :class:`NotAMessageError`, also beyond ``limit`` bytes.
    """
    if len(data) > limit:
        raise NotAMessageError(f"larger than {limit} bytes")
    try:
        return _decoder(kind).decode(data)  # type: ignore[no-any-return]
    except (msgspec.DecodeError, RecursionError) as e:
        raise NotAMessageError(str(e)) from None


@cache
def _decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


def parse_request(data: bytes) -> m.RequestDocument:
    """A request from its bytes. Raises :class:`NotAMessageError`."""
    return parse(data, m.RequestDocument)


def parse_result(data: bytes) -> m.Document:
    """A result from its bytes. Raises :class:`NotAMessageError`."""
    return parse(data, m.Document)

"""The same messages as JSON, ``{"XmlMsg": {…}}``, for the WebAPI.

JSON here is UTF-8 whatever the institution's encoding is: no public source shows a WebAPI
answer in another one.
"""

from __future__ import annotations

import msgspec

from onshi.eligibility import messages as m
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError

__all__ = ["parse_request", "parse_result", "to_json"]

_encode = msgspec.json.Encoder().encode
_request = msgspec.json.Decoder(m.RequestDocument).decode
_result = msgspec.json.Decoder(m.Document).decode


def to_json(document: m.Document | m.RequestDocument) -> bytes:
    """The bytes of a message."""
    return _encode(document)


def parse_request(data: bytes) -> m.RequestDocument:
    """A request from its bytes. Raises :class:`NotAMessageError`."""
    if len(data) > MAX_BYTES:
        raise NotAMessageError(f"larger than {MAX_BYTES} bytes")
    try:
        return _request(data)
    except (msgspec.DecodeError, RecursionError) as e:
        raise NotAMessageError(str(e)) from None


def parse_result(data: bytes) -> m.Document:
    """A result from its bytes. Raises :class:`NotAMessageError`."""
    try:
        return _result(data)
    except (msgspec.DecodeError, RecursionError) as e:
        raise NotAMessageError(str(e)) from None

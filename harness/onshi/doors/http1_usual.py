"""The head of an HTTP/1.1 request as nearly every client writes it, read at once.

A third of what an answer costs went into h11, which reads line by line. What is read here is
read as h11 would read it; whatever is unusual, or wrong, is left to it (docs/decisions.md).
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["UsualHead", "usual_head"]

_TOKEN = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
_HEAD = re.compile(rf"({_TOKEN}) ([!-~]+) HTTP/1\.1((?:\r\n{_TOKEN}:[\t -~\x80-\xff]*)+)")
_LENGTH = re.compile(r"[0-9]{1,7}")


class UsualHead(NamedTuple):
    """A head of ``size`` bytes, its blank line included; the body after it has ``length``."""

    method: str
    target: str
    headers: dict[str, str]
    length: int
    size: int


def usual_head(data: bytes, most: int) -> UsualHead | None:
    """The head at the beginning of ``data``; None when it takes h11 to say what is there.

    So it is with a head that is not whole or longer than ``most``, with other versions, chunked
    bodies, ``Expect``, fields that come twice, and with everything malformed.
    """
    end = data.find(b"\r\n\r\n", 0, most)
    if end < 0:
        return None
    found = _HEAD.fullmatch(data[:end].decode("latin-1"))
    if found is None:
        return None
    method, target, fields = found.groups()
    lines = fields.split("\r\n")[1:]
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    length = headers.get("content-length", "0")
    if (
        len(headers) < len(lines)
        or "host" not in headers
        or "transfer-encoding" in headers
        or "expect" in headers
        or _LENGTH.fullmatch(length) is None
    ):
        return None
    return UsualHead(method, target, headers, int(length), end + 4)

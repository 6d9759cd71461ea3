"""HTTP/1.1 answers, written by hand, and what wire faults make of them.

By hand, so that a cut falls after exactly the byte that was asked for (facts: experiments page).
Nothing here sends or waits: both doors to the WebAPI play what :func:`outgoing` gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from onshi.seams import HttpReply, WireAction

__all__ = [
    "Outgoing",
    "answer_head",
    "decisive",
    "ends_unanswered",
    "outgoing",
    "substitute",
    "whole_answer",
]

_PHRASES = {s.value: s.phrase for s in HTTPStatus}
_CHUNK = 256
_NO_SIZE = b"zz\r\n"


@dataclass(frozen=True)
class Outgoing:
    """What leaves for one request: ``data``, in pieces of ``pace``, and then ``end``.

    ``end`` is as in :class:`WireAction`; "" keeps the connection. ``status`` is None where
    ``data`` is no answer, or nothing.
    """

    data: bytes
    end: str = ""
    pace: tuple[int, float] | None = None
    status: int | None = None

    def pieces(self) -> Iterator[tuple[float, bytes]]:
        """Each piece and the seconds from the start of the answer at which it is due."""
        size, gap = self.pace or (len(self.data), 0.0)
        for number, start in enumerate(range(0, len(self.data), max(1, size))):
            yield number * gap, self.data[start : start + size]


def outgoing(
    reply: HttpReply, action: WireAction | None, *, method: str, keep_alive: bool
) -> Outgoing:
    """The bytes of ``reply`` as ``action`` lets them out (None: as they are)."""
    if action is None:
        body = b"" if method == "HEAD" else reply.body
        head = answer_head(reply.status, reply.content_type, len(reply.body), keep_alive)
        return Outgoing(head + body, "" if keep_alive else "farewell", status=reply.status)
    if action.raw is not None:
        return Outgoing(_cut(action.raw, 0, action), action.end or "close", action.pace)
    content = action.rewrite(reply.body) if action.rewrite is not None else reply.body
    body, announced, lacking = _framed(content, action)
    stays = keep_alive and action.framing != "until_close"
    head = _head(
        reply.status,
        [
            ("Content-Type", reply.content_type),
            *announced,
            ("Connection", "keep-alive" if stays else "close"),
        ],
        action,
    )
    if method == "HEAD":
        body, lacking = b"", ""
    data = _cut(head + body, len(head), action)
    cut = "" if action.cut_after is None else "close"
    end = action.end or cut or lacking or ("" if stays else "farewell")
    return Outgoing(data, end, action.pace, reply.status if data else None)


def decisive(before: WireAction | None, after: WireAction | None) -> WireAction | None:
    """What forms the answer, of a fault at the request and one at the answer: the later one.

    Where the later one does not answer itself, it has the earlier one's words.
    """
    if after is None or after.only_delays:
        return before
    if before is None or after.status is not None or after.raw is not None:
        return after
    return msgspec.structs.replace(
        after,
        raw=before.raw,
        reason=after.reason or before.reason,
        headers=before.headers + after.headers,
    )


def ends_unanswered(action: WireAction) -> bool:
    """Whether a fault at the request leaves nothing for the service to do."""
    if not (action.alert or action.end or action.cut_after == 0):
        return False
    rest = msgspec.structs.replace(
        action,
        end="",
        alert=False,
        cut_after=None if action.cut_after == 0 and not action.cut_from else action.cut_after,
    )
    return rest.only_delays


def substitute(action: WireAction) -> HttpReply | None:
    """What a fault answers instead of the service; None: nothing."""
    if action.status is None and action.raw is None:
        return None
    return HttpReply(
        status=action.status or 200, body=action.body, content_type=action.content_type
    )


def _framed(body: bytes, action: WireAction) -> tuple[bytes, list[tuple[str, str]], str]:
    """The body on the wire, its header lines, and the end of one that does not end by itself."""
    if action.framing == "until_close":
        return body, [], "farewell"
    if not action.framing:
        told = action.length
        length = len(body) if told is None else told if isinstance(told, int) else told(body)
        return body, [("Content-Length", str(length))], "stall" if length > len(body) else ""
    chunks = [body[i : i + _CHUNK] for i in range(0, len(body), _CHUNK)]
    parts = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    if action.framing == "chunk_error":
        good = len(parts) // 2
        parts[good:] = [_NO_SIZE, *chunks[good:]]
    elif action.framing == "chunked":
        parts.append(b"0\r\n\r\n")
    lacking = "" if action.framing == "chunked" else "close"
    return b"".join(parts), [("Transfer-Encoding", "chunked")], lacking


def _cut(data: bytes, head: int, action: WireAction) -> bytes:
    after = action.cut_after
    if after is None:
        return data
    if action.cut_from == "head":
        return data[:after]
    return data[: head + after] if after or action.cut_from else b""


def _head(status: int, lines: list[tuple[str, str]], action: WireAction) -> bytes:
    """The head of a changed answer: the action's headers in place of ours by the same name."""
    theirs = {name.lower() for name, _ in action.headers}
    ours = [line for line in lines if line[0].lower() not in theirs]
    phrase = action.reason or _PHRASES.get(status, "Status")
    told = "".join(f"{name}: {value}\r\n" for name, value in [*ours, *action.headers])
    return f"HTTP/1.1 {status} {phrase}\r\n{told}\r\n".encode("latin-1")


def answer_head(status: int, content_type: str, length: int, keep: bool, phrase: str = "") -> bytes:
    """Status line and header of an answer with ``length`` bytes of body."""
    phrase = phrase or _PHRASES.get(status, "Status")
    return (
        f"HTTP/1.1 {status} {phrase}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {length}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    ).encode("latin-1")


def whole_answer(status: int, text: str, *more: str) -> bytes:
    """A last answer in plain words; ``more`` are further header lines, without line ends."""
    body = text.encode() + b"\n"
    head = answer_head(status, "text/plain; charset=UTF-8", len(body), keep=False)
    lines = "".join(f"{line}\r\n" for line in more).encode("latin-1")
    return head[:-2] + lines + b"\r\n" + body

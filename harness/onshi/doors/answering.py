"""HTTP/1.1 answers, written by hand.

By hand, so that a cut falls after exactly the byte that was asked for (facts: experiments page).
"""

from __future__ import annotations

from http import HTTPStatus

__all__ = ["answer_head", "whole_answer"]

_PHRASES = {s.value: s.phrase for s in HTTPStatus}


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

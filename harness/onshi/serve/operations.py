"""The table of the control API: one entry an operation, from which routes and OpenAPI are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onshi.serve.hub import Hub

__all__ = ["BYTES", "OPERATIONS", "Call", "Operation", "Text", "operation"]

BYTES = "application/octet-stream"
JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """One request: what its path and query say, and its body (a record, or bytes)."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    events: bool = False


@dataclass(frozen=True)
class Text:
    """An answer that is not JSON."""

    content: bytes
    media: str


@dataclass(frozen=True)
class Operation:
    """One method on one path. ``body`` and ``answer`` are record types; ``takes`` and ``gives``
    the media types. ``query`` names its parameters with what they mean; ``refusals`` are the
    statuses, besides 400, 401, 403 and 413, that it may be answered with.
    """

    method: str
    path: str
    name: str
    summary: str
    tag: str
    run: Callable[[Hub, Call], Any]
    body: type | None = None
    answer: type | None = None
    status: int = 200
    takes: str = JSON
    gives: str = JSON
    query: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[int, ...] = ()
    streams: bool = False


OPERATIONS: list[Operation] = []


def operation(
    method: str, path: str, *, tag: str, **more: Any
) -> Callable[[Callable[[Hub, Call], Any]], Callable[[Hub, Call], Any]]:
    """Enter a function into the table; its name is the operation's, its docstring the summary."""

    def enter(run: Callable[[Hub, Call], Any]) -> Callable[[Hub, Call], Any]:
        summary = " ".join((run.__doc__ or "").split())
        OPERATIONS.append(Operation(method, path, run.__name__, summary, tag, run, **more))
        return run

    return enter

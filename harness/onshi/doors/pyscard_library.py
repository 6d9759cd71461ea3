"""What stands between a program and the PC/SC service, done here: libpcsclite's own part."""

from __future__ import annotations

import threading
from typing import Any

from onshi.clock import Released
from onshi.doors.pyscard_flavour import Flavour
from onshi.reader import Client, ReaderEngine, ScardError
from onshi.seams import ReaderCalls

__all__ = ["LIBRARY_CALLS", "LibraryCalls", "RepeatedCalls"]

LIBRARY_CALLS = frozenset({"ListReaders", "ListReaderGroups", "GetStatusChange", "IsValidContext"})
"""Calls that never reach a service: the library answers them, from the readers' states."""

_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_REPEATED = frozenset({"BeginTransaction", "Reconnect", "Status", "Transmit"})
_POLL = 0.1
"""Seconds between two tries: libpcsclite's figure. BeginTransaction waits by itself."""


class LibraryCalls:
    """The engine, its answers in a flavour, with the library's calls; implements ``ReaderCalls``.

    The four of :data:`LIBRARY_CALLS` take a context and answer only whether it is one.
    """

    def __init__(self, engine: ReaderEngine, flavour: Flavour) -> None:
        self._call, self._flavour = engine.call, flavour
        self._refused: set[Client] = set()

    def call(self, name: str, client: Client, /, *args: Any) -> tuple[Any, ...]:
        """One SCard call. Raises what the engine raises."""
        if name in LIBRARY_CALLS:
            return (0 if args[0] in client.contexts else _INVALID_HANDLE,)
        result = self._call(name, client, *args)
        if not result[0]:
            return result
        if result[0] == _SHARING and name in _REPEATED:
            self._refused.add(client)
        return (self._flavour.code(name, result[0]), *result[1:])

    def repeats(self, client: Client) -> bool:
        """Whether the call that this client has just made is one that libpcsclite repeats."""
        return client in self._refused

    def forget(self, client: Client) -> None:
        """The client makes its next call."""
        if self._refused:
            self._refused.discard(client)


class RepeatedCalls:
    """What a program calls: tried again while another program's transaction holds the card.

    A sharing violation that a fault answers, and not the engine, reaches the program. Whoever
    waits gets :class:`Released` once ``released`` is set.
    """

    def __init__(self, library: LibraryCalls, calls: ReaderCalls) -> None:
        self._library, self._call = library, calls.call
        self.released = threading.Event()

    def call(self, name: str, client: Client, /, *args: Any) -> tuple[Any, ...]:
        """One SCard call, as often as it takes."""
        library = self._library
        library.forget(client)
        result = self._call(name, client, *args)
        while result[0] == _SHARING and library.repeats(client):
            if self.released.wait(0 if name == "BeginTransaction" else _POLL):
                raise Released
            library.forget(client)
            result = self._call(name, client, *args)
        return result

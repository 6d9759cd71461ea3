"""What stands between a program and the PC/SC service, done here: libpcsclite's own part.

It lies below the faults. What a fault answers reaches the program as it is, and is not repeated.
"""

from __future__ import annotations

import threading
from typing import Any

from onshi.clock import Released
from onshi.doors.pyscard_flavour import Flavour
from onshi.reader import Client, ReaderEngine, ScardError

__all__ = ["LIBRARY_CALLS", "LibraryCalls"]

LIBRARY_CALLS = frozenset({"ListReaders", "ListReaderGroups", "GetStatusChange", "IsValidContext"})
"""Calls that never reach a service: the library answers them, from the readers' states."""

_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_REPEATED = frozenset({"BeginTransaction", "Reconnect", "Status", "Transmit"})
_POLL = 0.1
"""Seconds between two tries while another program's transaction lasts: libpcsclite's figure."""


class LibraryCalls:
    """The engine, its answers in a flavour, with the library's calls; implements ``ReaderCalls``.

    The four of :data:`LIBRARY_CALLS` take a context and answer only whether it is one. The calls
    that libpcsclite repeats while another program holds the card wait here for it to let go,
    until ``released`` is set (:class:`Released`).
    """

    def __init__(self, engine: ReaderEngine, flavour: Flavour) -> None:
        self._call, self._flavour = engine.call, flavour
        self.released = threading.Event()

    def call(self, name: str, client: Client, /, *args: Any) -> tuple[Any, ...]:
        """One SCard call. Raises what the engine raises."""
        if name in LIBRARY_CALLS:
            return (0 if args[0] in client.contexts else _INVALID_HANDLE,)
        result = self._call(name, client, *args)
        if not result[0]:
            return result
        while result[0] == _SHARING and name in _REPEATED:
            if self.released.wait(_POLL):
                raise Released
            result = self._call(name, client, *args)
        return (self._flavour.code(name, result[0]), *result[1:])

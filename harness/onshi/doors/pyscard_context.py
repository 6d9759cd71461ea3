"""One SCARDCONTEXT of this process: which desk it belongs to, and what has become of it."""

from __future__ import annotations

import threading
from typing import Any

from onshi.clock import Released
from onshi.doors.pcscd import Attached
from onshi.reader import Client, ScardError
from onshi.seams import HangUpError

__all__ = ["Context"]

_COMM_ERROR = int(ScardError.SCARD_F_COMM_ERROR)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_NO_SERVICE = int(ScardError.SCARD_E_NO_SERVICE)
_UNAVAILABLE = int(ScardError.SCARD_E_READER_UNAVAILABLE)


class Context:
    """``born`` is the desk it was established at. One call at a time, as libpcsclite has it.

    ``broken``: the service was lost in the middle of a call. ``stopped``: it stopped by itself
    when the last reader went (Windows). ``cancelled``: its wait was, by SCardCancel.
    """

    def __init__(self, born: Attached) -> None:
        self.number, self.born = 0, born
        self.lock = threading.RLock()
        self.broken = self.stopped = self.waiting = self.cancelled = False
        self._desk: Attached | None = born
        self._client: Client | None = born.engine.client()
        self._dead: set[int] = set()

    def seat(self, desk: Attached | None) -> Client | None:
        """The client of this context at the desk there is now; handles of an earlier one die."""
        if desk is not self._desk:
            if self._client is not None:
                self._dead.update(self._client.handles)
            self._desk, self._client = desk, None
            if desk is not None:
                self._client = desk.engine.client()
                if desk.keep_contexts:
                    self._client.contexts.add(self.number)
        return self._client

    def give_up(self) -> None:
        """It is released: the engine forgets its client."""
        if self._desk is not None and self._client is not None:
            self._desk.engine.drop(self._client)

    def left_over(self, desk: Attached | None) -> bool:
        """Whether it is of an earlier desk."""
        return desk is not self.born

    def may_connect(self, desk: Attached | None) -> bool:
        """Whether it may open cards at this desk."""
        return desk is not None and (desk is self.born or desk.keep_contexts)

    def call(self, desk: Attached | None, name: str, *args: Any) -> tuple[Any, ...]:
        """A call to the desk; where it breaks off, the context is of no use any more."""
        if self.broken:
            return (_NO_SERVICE,)
        client = self.seat(desk)
        if desk is None or client is None:
            return (0,)
        try:
            return desk.calls.call(name, client, *args)
        except (HangUpError, Released):
            self.broken = True
            desk.engine.drop(client)
            return (_COMM_ERROR,)

    def on_handle(
        self, desk: Attached | None, name: str, handle: int, *args: Any
    ) -> tuple[Any, ...]:
        """A call on a handle; one of an earlier desk answers as after an unplugged reader."""
        if self.broken:
            return (_NO_SERVICE,)
        client = self.seat(desk)
        if client is not None and handle in client.handles:
            return self.call(desk, name, handle, *args)
        if handle not in self._dead:
            return (_INVALID_HANDLE,)
        if name == "Disconnect":
            self._dead.discard(handle)
            return (0,)
        return (_UNAVAILABLE,)

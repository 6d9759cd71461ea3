"""SCardGetStatusChange and SCardCancel: waiting for a change, in real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from onshi.doors.pyscard_context import Context
from onshi.doors.pyscard_status import IGNORE, Asked, Told, is_pnp, look
from onshi.reader import ReaderState, ScardError

if TYPE_CHECKING:
    from onshi.doors.pcscd import Attached
    from onshi.doors.pyscard import PyscardDoor

__all__ = ["Waits"]

_CANCELLED = int(ScardError.SCARD_E_CANCELLED)
_INVALID_HANDLE = int(ScardError.SCARD_E_INVALID_HANDLE)
_NO_SERVICE = int(ScardError.SCARD_E_NO_SERVICE)
_STOPPED = int(ScardError.SCARD_E_SERVICE_STOPPED)
_SYSTEM_CANCELLED = int(ScardError.SCARD_E_SYSTEM_CANCELLED)
_TIMEOUT = int(ScardError.SCARD_E_TIMEOUT)
_UNKNOWN_READER = int(ScardError.SCARD_E_UNKNOWN_READER)

_INFINITE = 0x7FFFFFFF
"""pcsc-lite's INFINITE; Windows' is 0xFFFFFFFF. Whatever is longer is for ever, too."""


class Waits:
    """Who waits at a door for a change."""

    def __init__(self, door: PyscardDoor) -> None:
        self._door = door

    # ------------------------------------------------------------------ wait
    def status_change(
        self,
        hcontext: int,
        timeout: int,
        states: list[Any],
        as_code: Callable[[int], int],
        foreign: Callable[..., Any],
    ) -> Any:
        """The call as pyscard makes it: the code, then (name, event state, ATR) of each reader."""
        if not isinstance(hcontext, int):
            raise TypeError("Expected a python long as SCARDCONTEXT.")
        if not isinstance(timeout, int):
            raise TypeError("Expected a python integer or long.")
        asked = _asked(states)
        told = [Told(0, one.atr) for one in asked]
        context = self._door.contexts.get(hcontext)
        if context is None and self._door.desk is None:
            return foreign("SCardGetStatusChange", [], hcontext, timeout, states)
        if all(one.current & IGNORE for one in asked):
            code = 0
        elif context is None:
            code = _INVALID_HANDLE
        else:
            with context.lock:
                code, told = self._wait(context, timeout, asked, told)
        return [
            as_code(code),
            [(one.name, told[at].event, told[at].atr) for at, one in enumerate(asked)],
        ]

    def _wait(
        self, context: Context, timeout: int, asked: list[Asked], told: list[Told]
    ) -> tuple[int, list[Told]]:
        door = self._door
        context.cancelled = False
        seen, desk = door.changes, door.desk
        code, states = self._begin(context, desk)
        if code:
            return code, told
        names = {row.name for row in states}
        if any(one.name not in names and not is_pnp(one.name) for one in asked):
            return _UNKNOWN_READER, told
        readers = len(states)
        until = time.monotonic() + timeout / 1000 if 0 <= timeout < _INFINITE else None
        while True:
            told, news = look(asked, states, readers)
            if news:
                return 0, told
            code = self._sleep(context, seen, until)
            if code:
                return code, told
            seen, desk = door.changes, door.desk
            code, states = self._register(context, desk)
            if code:
                return code, told

    def _begin(
        self, context: Context, desk: Attached | None
    ) -> tuple[int, tuple[ReaderState, ...]]:
        """The first look. A fault that strikes the call itself does so here."""
        if context.stopped:
            return _STOPPED, ()
        code = 0
        if desk is not None and (context.broken or context.may_connect(desk)):
            code = context.call(desk, "GetStatusChange", context.number)[0]
        return (code, ()) if code else self._register(context, desk)

    def _register(
        self, context: Context, desk: Attached | None
    ) -> tuple[int, tuple[ReaderState, ...]]:
        """The readers as they are; that a program begins to wait may itself change them."""
        if context.broken:
            return _NO_SERVICE, ()
        states = self._door.view(context, desk, desk.engine.states() if desk is not None else None)
        return context.call(desk, "Wait")[0], states

    def _sleep(self, context: Context, seen: int, until: float | None) -> int:
        """Until something changes; a code when that is not what ended it."""
        door = self._door

        def over() -> bool:
            return context.cancelled or context.stopped or context.broken or door.changes != seen

        with door.turn:
            context.waiting = True
            try:
                left = None if until is None else max(0.0, until - time.monotonic())
                came = door.turn.wait_for(over, left)
            finally:
                context.waiting = False
        if context.cancelled:
            return _CANCELLED
        if context.stopped:
            return _SYSTEM_CANCELLED
        return 0 if came else _TIMEOUT

    # ---------------------------------------------------------------- cancel
    def cancel(self, context: Context) -> int:
        """Wake a waiting context; nothing happens, and that is no error, when it does not wait."""
        door = self._door
        if not context.waiting:
            return 0
        desk = door.desk
        if desk is not None and context.may_connect(desk):
            code: int = context.call(desk, "Cancel", context.number)[0]
            if code:
                return code
        with door.turn:
            context.cancelled = context.waiting
            door.turn.notify_all()
        return 0


def _asked(states: Any) -> list[Asked]:
    """The reader states that a program passes.

    Raises TypeError in pyscard's words, and UnicodeEncodeError for a name beyond ASCII, as it does.
    """
    if not isinstance(states, list):
        raise TypeError("Expected a list object.")
    asked = []
    for one in states:
        if not isinstance(one, tuple):
            raise TypeError("Expected a list of tuples.")
        if len(one) not in (2, 3):
            raise TypeError("Expecting two or three items in tuple.")
        name, current, atr = (*one, [])[:3]
        if not isinstance(name, str):
            raise TypeError("Expected a string as reader name.")
        name.encode("ascii")
        if not isinstance(current, int):
            raise TypeError("Expected an Int as second tuple item.")
        if not isinstance(atr, list):
            raise TypeError("Expected a list as third tuple item.")
        asked.append(Asked(name, current & 0xFFFFFFFF, atr))
    return asked

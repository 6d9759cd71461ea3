"""Small steps that the tests of the door pyscard share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from smartcard import scard

from onshi import Desk
from onshi.doors.pyscard import pyscard_door

FUNCTIONS = [
    "EstablishContext",
    "ReleaseContext",
    "IsValidContext",
    "ListReaders",
    "ListReaderGroups",
    "Connect",
    "Reconnect",
    "Disconnect",
    "BeginTransaction",
    "EndTransaction",
    "Transmit",
    "Control",
    "Status",
    "GetAttrib",
    "SetAttrib",
    "GetStatusChange",
    "Cancel",
]


def functions() -> dict[str, Any]:
    """pyscard's C functions as they are now."""
    return {name: getattr(scard._scard, f"SCard{name}") for name in FUNCTIONS}


def context() -> int:
    code, number = scard.SCardEstablishContext(0)
    assert code == 0
    return int(number)


def connected(desk: Desk, mode: int = 2) -> tuple[int, int, int]:
    """A context, a card handle and its protocol."""
    number = context()
    code, handle, protocol = scard.SCardConnect(number, desk.reader.states()[0].name, mode, 3)
    assert code == 0, f"{code:08X}"
    return number, handle, protocol


class Background:
    """A call in a thread of its own; ``waiting`` is true once the door knows that it waits."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.result: Any = None
        self.seconds = 0.0

        def run() -> None:
            begun = time.monotonic()
            self.result = function(*args)
            self.seconds = time.monotonic() - begun

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def ended(self, within: float = 5.0) -> Any:
        self._thread.join(within)
        assert not self._thread.is_alive(), "the call has not come back"
        return self.result


def until(condition: Callable[[], bool], within: float = 5.0) -> None:
    """Wait for a condition; fail after ``within`` seconds."""
    end, pause = time.monotonic() + within, threading.Event()
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        pause.wait(0.002)


def waits(number: int) -> None:
    """Wait until the context waits for a change."""
    until(lambda: pyscard_door().contexts[number].waiting)

"""Every wait of the program: bounded, and in small steps."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class TooLong(Exception):
    """Something did not happen within its time."""


def bounded(call: Callable[[], T], seconds: float) -> T:
    """The value of ``call``, or :class:`TooLong`.

    PC/SC has no time-outs and an HTTP time-out starts anew with each byte, so the call runs in a
    thread that is given up when it does not come back.
    """
    box: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            box.put((True, call()))
        except BaseException as e:
            box.put((False, e))

    threading.Thread(target=work, name="clinic-io", daemon=True).start()
    try:
        returned, value = box.get(timeout=seconds)
    except queue.Empty:
        raise TooLong from None
    if not returned:
        raise value
    return value  # type: ignore[no-any-return]


def poll(look: Callable[[], T | None], seconds: float, every: float) -> T:
    """Look ``every`` so many seconds until there is something; :class:`TooLong` after that.

    Counts its looks instead of reading a clock: clocks are set while programs run.
    """
    for _ in range(max(1, round(seconds / every))):
        found = look()
        if found is not None:
            return found
        time.sleep(every)
    found = look()
    if found is None:
        raise TooLong
    return found

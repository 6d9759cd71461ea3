"""Every wait of the program: bounded, and in small steps."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class TooLong(Exception):
    """Something did not happen within its time."""


class _Worker:
    """A thread that makes one call at a time. One that does not come back is given up."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self.given_up = False
        threading.Thread(target=self._work, name="clinic-io", daemon=True).start()

    def value(self, call: Callable[[], T], seconds: float) -> T:
        self._calls.put(call)
        try:
            returned, value = self._results.get(timeout=seconds)
        except BaseException as e:
            self.given_up = True
            self._calls.put(_nothing)
            if isinstance(e, queue.Empty):
                raise TooLong from None
            raise
        if not returned:
            raise value
        return value  # type: ignore[no-any-return]

    def _work(self) -> None:
        while not self.given_up:
            call = self._calls.get()
            try:
                result = (True, call())
            except BaseException as e:
                result = (False, e)
            del call
            self._results.put(result)
            del result


def _nothing() -> None:
    """Wakes a thread that was given up, so that it ends."""


_idle: list[_Worker] = []
"""Threads that wait for the next call: starting one for each would cost more than the call."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def bounded(call: Callable[[], T], seconds: float) -> T:
    """The value of ``call``, or :class:`TooLong`.

    PC/SC has no time-outs and an HTTP time-out starts anew with each byte, so the call runs in a
    thread that is given up when it does not come back.
    """
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    try:
        return worker.value(call, seconds)
    finally:
        if not worker.given_up:
            _idle.append(worker)


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

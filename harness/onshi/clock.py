"""The business date, and waiting. Nothing else in the package waits or asks what day it is.

Time of day is business time: it starts at 09:00 JST on the desk's date and moves only by what
was waited (virtual) or by what really passed (real). The journal carries waited time only, so
that the same seed gives the same journal whatever the machine does.
"""

from __future__ import annotations

import heapq
import threading
import time as _time
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone

__all__ = ["JST", "Clock", "RealClock", "Released", "VirtualClock", "parse_date", "today"]

JST = timezone(timedelta(hours=9), "JST")
_OPENING = time(9, 0)


class Released(Exception):
    """A wait was ended early because its desk closes; nothing may go on after it."""


class Clock:
    """What a desk waits by. ``scale`` shortens waits on doors that cannot be virtual."""

    virtual = False

    def __init__(self, today: date, *, scale: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._date, self._from = today, _OPENING
        self.scale = scale
        self._waited = 0.0
        self.released = threading.Event()
        self._later = _Later(self.released)

    @property
    def today(self) -> date:
        """The business date."""
        return self._date

    @property
    def waited(self) -> float:
        """Seconds of simulated delay so far, unscaled."""
        return self._waited

    @property
    def elapsed(self) -> float:
        """Simulated seconds since this clock was made."""
        return self._waited

    def travel(self, to: date, at: time | None = None) -> None:
        """Move the business date, to 09:00 of that day or the time given. Nobody waits."""
        with self._lock:
            self._date, self._from = to, at or _OPENING
            self._reset_day()

    def now(self) -> datetime:
        """Business time, JST."""
        start = datetime.combine(self._date, self._from, JST)
        return start + timedelta(seconds=int(self._since_opening()))

    def wait(self, seconds: float) -> None:
        """Let ``seconds`` of simulated time pass.

        Raises :class:`Released` when the desk closes in the meantime.
        """
        if seconds > 0:
            self._pass(seconds)
            with self._lock:
                self._waited += seconds
        if self.released.is_set():
            raise Released

    def wait_on_wire(self, seconds: float, *, passed: float = 0.0) -> None:
        """The same on a real socket or folder, where time really has to pass, scaled.

        ``passed`` are real seconds of it that are over already.
        """
        if self.released.wait(max(0.0, seconds * self.scale - passed)):
            raise Released
        with self._lock:
            self._waited += seconds

    def later(self, seconds: float, then: Callable[[], None]) -> None:
        """Call ``then`` once ``seconds``, scaled, have really passed; never after the release.

        It is called in a thread that all such calls of this clock share.
        """
        self._later.add(max(0.0, seconds) * self.scale, then)

    def release(self) -> None:
        """Wake every wait for good: the desk closes."""
        self.released.set()
        self._later.wake()

    def _since_opening(self) -> float:
        raise NotImplementedError

    def _reset_day(self) -> None:
        raise NotImplementedError

    def _pass(self, seconds: float) -> None:
        raise NotImplementedError


class _Later:
    """What is due later, in order; its thread is there only while something is."""

    def __init__(self, released: threading.Event) -> None:
        self._released = released
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._added = 0
        self._running = False

    def add(self, seconds: float, then: Callable[[], None]) -> None:
        with self._changed:
            self._added += 1
            heapq.heappush(self._due, (_time.monotonic() + seconds, self._added, then))
            self._changed.notify_all()
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="onshi-later", daemon=True).start()

    def wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _run(self) -> None:
        while (then := self._next()) is not None:
            then()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._due and not self._released.is_set():
                left = self._due[0][0] - _time.monotonic()
                if left <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(left)
            self._running = False
            return None


class VirtualClock(Clock):
    """Waiting costs nothing: time jumps."""

    virtual = True

    def __init__(self, today: date, *, scale: float = 1.0) -> None:
        super().__init__(today, scale=scale)
        self._day_from = 0.0

    def _since_opening(self) -> float:
        return self._waited - self._day_from

    def _reset_day(self) -> None:
        self._day_from = self._waited

    def _pass(self, seconds: float) -> None:
        return


class RealClock(Clock):
    """Waits take real time (times ``scale``); the time of day runs along."""

    def __init__(self, today: date, *, scale: float = 1.0) -> None:
        super().__init__(today, scale=scale)
        self._made = self._day_from = _time.monotonic()

    @property
    def elapsed(self) -> float:
        return (_time.monotonic() - self._made) / (self.scale or 1.0)

    def _since_opening(self) -> float:
        return _time.monotonic() - self._day_from

    def _reset_day(self) -> None:
        self._day_from = _time.monotonic()

    def _pass(self, seconds: float) -> None:
        self.released.wait(seconds * self.scale)


def today() -> date:
    """The wall clock's date in Japan: only for ``exec``, ``serve`` and ``--onshi-date now``."""
    return datetime.now(JST).date()


def parse_date(text: str) -> date:
    """``YYYY-MM-DD`` or ``now``. Raises :class:`ValueError` with an explanation."""
    if text == "now":
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date: write it as 2025-10-20, or 'now'") from None

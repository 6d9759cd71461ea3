"""The journal of a desk as server-sent events."""

from __future__ import annotations

import msgspec

from onshi.journal import Journal
from onshi.serve.counter import Counter
from onshi.serve.hub import Hub

__all__ = ["Events"]

_MOST = 500


class Events:
    """What happens at a desk from now on, or from the event after ``last``, if that is known.

    An event's id is ``GENERATION:NUMBER``; a desk that is made anew begins a new generation, which
    is told by an event ``anew``. ``interval`` is seconds between looks.
    """

    interval = 0.05

    def __init__(self, hub: Hub, counter: Counter, last: str | None) -> None:
        self._hub, self._counter = hub, counter
        self._generation, self._next = counter.generation, 0
        generation, _, number = (last or "").partition(":")
        if generation == str(counter.generation) and number.isdigit():
            self._next = int(number) + 1

    @property
    def over(self) -> bool:
        """Whether nothing can come any more: the process ends, or the desk is closed."""
        return self._hub.closing or self._counter not in self._hub.desks

    def take(self) -> bytes:
        """The events since the last look, ``b""`` for none."""
        head = b""
        if self._generation != self._counter.generation:
            self._generation, self._next = self._counter.generation, 0
            head = b"event: anew\ndata: {}\n\n"
        return head + self._events(self._counter.journal)

    def _events(self, journal: Journal) -> bytes:
        out = []
        for number, event in journal.since(self._next, _MOST):
            name = f"{self._generation}:{number}"
            out.append(b"id: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(event)))
            self._next = number + 1
        return b"".join(out)

"""What a context of an earlier desk goes on seeing: that is how monitors outlive the desks."""

from __future__ import annotations

from onshi.reader import ReaderState, State

__all__ = ["Continued"]

_ABSENT = int(State.ABSENT)


class Continued:
    """The readers as a desk left them, their cards taken out; counters go on from there."""

    def __init__(self) -> None:
        self._past: tuple[ReaderState, ...] = ()

    def keep(self, states: tuple[ReaderState, ...]) -> None:
        """A desk goes; ``states`` are its readers at the end."""
        last = self.seen(states)
        self._past = tuple(ReaderState(r.name, r.events + 1, _ABSENT, 0, b"", 0) for r in last)

    def seen(self, states: tuple[ReaderState, ...] | None) -> tuple[ReaderState, ...]:
        """The readers of the desk there is now, with counters that go on; None: there is none."""
        if states is None:
            return self._past
        before = {one.name: one.events for one in self._past}
        return tuple(r._replace(events=r.events + before.get(r.name, 0)) for r in states)

"""What a context of an earlier desk goes on seeing: that is how monitors outlive the desks."""

from __future__ import annotations

from onshi.reader import ReaderState, State

__all__ = ["Continued"]

_ABSENT = int(State.ABSENT)


class Continued:
    """The readers as a desk left them, their cards taken out; counters go on from there.

    Those of a reader that some desk did not have go on, too: a monitor that met the same count
    again would take the next patient's card for the last one's.
    """

    def __init__(self) -> None:
        self._past: tuple[ReaderState, ...] = ()
        self._counts: dict[str, int] = {}

    def keep(self, states: tuple[ReaderState, ...]) -> None:
        """A desk goes; ``states`` are its readers at the end."""
        last = self.seen(states)
        self._past = tuple(ReaderState(r.name, r.events + 1, _ABSENT, 0, b"", 0) for r in last)
        self._counts.update((one.name, one.events) for one in self._past)

    def seen(self, states: tuple[ReaderState, ...] | None) -> tuple[ReaderState, ...]:
        """The readers of the desk there is now, with counters that go on; None: there is none."""
        if states is None:
            return self._past
        return tuple(r._replace(events=r.events + self._counts.get(r.name, 0)) for r in states)

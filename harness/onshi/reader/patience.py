"""Counting looks: what happens once programs have looked at the readers often enough."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Looks"]


class Looks:
    """Who waits for programs to look. A look is EstablishContext or a fetch of the states."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._awaited: list[_Countdown] = []

    def after_looks(self, looks: int, then: Callable[[], None]) -> None:
        """Call ``then`` once programs have looked ``looks`` more times at the readers.

        A program that starts to wait for a change has all the patience in the world: that is
        the last look.
        """
        with self._looking:
            self._awaited.append(_Countdown(looks, then))

    def looked(self) -> None:
        """A program has looked, and has its answer."""
        if not self._awaited:
            return
        with self._looking:
            for one in self._awaited:
                one.left -= 1
            due = [one for one in self._awaited if one.left <= 0]
            self._awaited = [one for one in self._awaited if one.left > 0]
        for one in due:
            one.then()

    def awaited(self) -> None:
        """A program has begun to wait for a change."""
        if not self._awaited:
            return
        with self._looking:
            due, self._awaited = self._awaited, []
        for one in due:
            one.then()

    def _forget_looks(self) -> None:
        with self._looking:
            self._awaited.clear()


class _Countdown:
    __slots__ = ("left", "then")

    def __init__(self, left: int, then: Callable[[], None]) -> None:
        self.left, self.then = left, then

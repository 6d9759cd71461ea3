"""The qualifications that a system knows: a list that keeps count of its own changes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any, TypeVar

from onshi.people.records import Coverage

__all__ = ["Roster"]

T = TypeVar("T")
_changes = count(1)


class Roster(list[Coverage]):
    """Use it as any list. What was worked out of it is forgotten as soon as it changes.

    Its records are frozen, so that nothing changes but through the list.
    """

    _change = 0
    _kept: tuple[int, Any] | None = None

    def worked_out(self, make: Callable[[Roster], T]) -> T:
        """What ``make`` makes of the list: made once, and again after a change.

        A roster keeps one such thing; ``make`` is always the same.
        """
        now, kept = self._change, self._kept
        if kept is None or kept[0] != now:
            kept = now, make(self)
            self._kept = kept
        made: T = kept[1]
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> Roster:
        return Roster(copy.deepcopy(list(self), memo))


def _counted(name: str) -> Callable[..., Any]:
    method: Callable[..., Any] = getattr(list, name)

    @wraps(method)
    def change(self: Roster, *args: Any, **named: Any) -> Any:
        # Counted after the change: what is made meanwhile of the list as it was counts as old.
        try:
            return method(self, *args, **named)
        finally:
            self._change = next(_changes)

    return change


for _name in (
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__setitem__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "remove",
    "reverse",
    "sort",
):
    setattr(Roster, _name, _counted(_name))

"""What is wrong with the steps of a course, found before anybody goes through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from onshi.catalogue.days import day_of
from onshi.catalogue.records import FaultUse, Step
from onshi.errors import OnshiError, suggest
from onshi.faults.registry import make_fault

__all__ = ["fault_problem", "what_is_wrong"]

_OPENING = time(9, 0)


def what_is_wrong(
    steps: Sequence[Step],
    *,
    first: date | None,
    at_work: Iterable[str] | None = None,
) -> tuple[int, str, str] | None:
    """Of the steps after the first visit: which one (from 0), which key, and what is wrong there.

    ``first`` is the day of the first visit, at opening time; without it the order cannot be told.
    ``at_work`` are the faults at work on that visit; without them faults are not looked at.
    """
    day, at = first, _OPENING
    begun = None if at_work is None else list(at_work)
    claimed = False
    for i, step in enumerate(steps):
        if day is not None and first is not None:
            on = day_of(step.on, first)
            hour = step.at or (at if on == day else _OPENING)
            if on < day:
                return i, "on", f"{step.on} is {on}, before the step ahead of it on {day}"
            if on == day and hour < at:
                return i, "at", f"{hour:%H:%M} is before the step ahead of it at {at:%H:%M}"
            day, at = on, hour
        if step.do == "returns" and not claimed:
            return i, "do", "nothing can be returned: no claim was handed in for this patient"
        claimed = step.do == "claim" or (claimed and not step.next)
        if begun is not None and (wrong := _faults(step, begun)):
            return i, *wrong
    return None


def _faults(step: Step, begun: list[str]) -> tuple[str, str] | None:
    """The key and what is wrong with the faults that end and begin; ``begun`` is kept up."""
    for name in step.lift:
        if name not in begun:
            near = suggest(name, begun)
            hint = f"; did you mean {near[0]}?" if near else ""
            known = ", ".join(dict.fromkeys(begun)) or "none"
            return "lift", f"{name} is not at work by then{hint} (at work are: {known})"
        begun[:] = [one for one in begun if one != name]
    for use in step.fault:
        if problem := fault_problem(use):
            return "fault", problem
        begun.append(use.name)
    return None


def fault_problem(use: FaultUse) -> str:
    """What is wrong with a fault's name or settings; empty: nothing."""
    try:
        make_fault(use.name, use.settings)
    except OnshiError as e:
        return str(e)
    return ""

"""The timelines of ``profiles/timelines.toml``: read, checked, and made into troubles to run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from onshi.catalogue.citations import what_is_wrong as citation_problem
from onshi.catalogue.days import day_of
from onshi.catalogue.load import load_rules, load_troubles
from onshi.catalogue.records import Situation, Step, Timeline, Trouble
from onshi.catalogue.steps import fault_problem
from onshi.catalogue.steps import what_is_wrong as step_problem
from onshi.data import data_root, line_of, load_toml
from onshi.errors import BadFileError, UnknownNameError, suggest

__all__ = [
    "TimelineFile",
    "as_trouble",
    "days",
    "find_timeline",
    "load_timelines",
    "read_timelines",
]

_ID = re.compile(r"T[1-9]\d*")
_OF_THE_SITUATION = ("brings", "says", "pins", "decisions", "limit_consent")
_LAYER = "timeline"

Problem = tuple[str, str]
"""The key inside a timeline, and what is wrong there."""


class TimelineFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``profiles/timelines.toml``."""

    timeline: tuple[Timeline, ...] = ()


@cache
def load_timelines() -> Mapping[str, Timeline]:
    """Every shipped timeline by id, in the order of the file. Raises :class:`BadFileError`."""
    return read_timelines(data_root() / "profiles" / "timelines.toml")


def read_timelines(path: Path) -> dict[str, Timeline]:
    """The timelines of one file, by id.

    Raises :class:`BadFileError` with line and key: an id that is wrong or there twice, a citation,
    trouble, rule or fault that does not exist, steps that are not in the order of their days, a
    fault lifted that is not at work.
    """
    found: dict[str, Timeline] = {}
    for i, timeline in enumerate(load_toml(path, TimelineFile).timeline):
        problem = next(_problems(timeline), None)
        if timeline.id in found:
            problem = "id", f"{timeline.id!r} is there twice; ids are unique"
        if problem:
            key, text = problem
            where = f"timeline[{i}].{key}"
            raise BadFileError(path, text, line=line_of(path, where), key=where)
        found[timeline.id] = timeline
    return found


def find_timeline(id: str) -> Timeline:
    """The timeline of that id, in either case. Raises :class:`UnknownNameError`."""
    known = load_timelines()
    if id.upper() not in known:
        raise UnknownNameError("timeline", id, known, "onshi timelines lists them")
    return known[id.upper()]


def days(timeline: Timeline) -> list[date]:
    """The date of each of its steps."""
    first = date.fromisoformat(timeline.step[0].on)
    return [day_of(step.on, first) for step in timeline.step]


def as_trouble(timeline: Timeline) -> Trouble:
    """A timeline as a trouble to run, under its own id.

    Person, faults, rules and categories are those of the trouble that it starts from, where it
    says nothing else: its own situation takes the place of the trouble's, and a fault of its own
    that of every one of the same name. Its first step is the first visit; the others follow.
    """
    troubles = load_troubles()
    base = troubles.get(timeline.trouble)
    about = [troubles[id] for id in ((timeline.trouble,) if base else ()) + timeline.about]
    situation = timeline.situation
    if base is not None and situation == Situation():
        situation = base.situation
    first, *rest = timeline.step
    own = (*timeline.fault, *first.fault)
    named = {use.name for use in own}
    started = base.fault if base else ()
    surfaces = timeline.surfaces or (base.surfaces if base else ())
    rules = (*(base.rules if base else ()), *timeline.rules)
    return Trouble(
        id=timeline.id,
        title=timeline.title,
        layer=about[0].layer if about else _LAYER,
        categories=tuple(dict.fromkeys(k for t in about for k in t.categories)),
        source=timeline.source,
        what=timeline.what,
        surfaces=surfaces,
        rules=tuple(dict.fromkeys(rules)),
        support=base.support if base else 0,
        date=date.fromisoformat(first.on),
        situation=msgspec.structs.replace(situation, visits=1, step=tuple(rest)),
        fault=(*(use for use in started if use.name not in named), *own),
        process=about[0].process if about else "encounter",
    )


# ------------------------------------------------------------------- checks
def _problems(timeline: Timeline) -> Iterator[Problem]:
    """What is wrong with a timeline, the first thing first."""
    yield from _names(timeline)
    yield from _first_step(timeline)
    whole = as_trouble(timeline)
    if not whole.surfaces:
        yield "surfaces", "is required where the timeline starts from no trouble"
    for use in whole.fault:
        if problem := fault_problem(use):
            yield "fault", problem
    wrong = step_problem(
        whole.situation.step,
        first=whole.date,
        at_work=[use.name for use in whole.fault],
    )
    if wrong:
        position, key, text = wrong
        yield f"step[{position + 1}].{key}", text


def _names(timeline: Timeline) -> Iterator[Problem]:
    if not _ID.fullmatch(timeline.id):
        yield "id", f"ids of timelines are T and a number, not {timeline.id!r}"
    if not timeline.source:
        yield "source", "names at least one line of a document"
    for citation in timeline.source:
        if problem := citation_problem(citation):
            yield "source", problem
    troubles, rules = load_troubles(), load_rules()
    for key, kind, named, known in (
        ("trouble", "trouble", (timeline.trouble,) if timeline.trouble else (), troubles),
        ("about", "trouble", timeline.about, troubles),
        ("rules", "rule", timeline.rules, rules),
    ):
        for name in named:
            if name not in known:
                near = suggest(name, known)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                yield key, f"there is no {kind} {name!r}{hint}"


def _first_step(timeline: Timeline) -> Iterator[Problem]:
    if not timeline.step:
        yield "step", "a timeline has steps, the first of which is the first visit"
        return
    first: Step = timeline.step[0]
    try:
        date.fromisoformat(first.on)
    except ValueError:
        yield "step[0].on", f"the first step is on a date, such as 2025-10-20, not {first.on!r}"
    if first.do != "visit" or first.next or first.lift:
        yield "step[0].do", "the first step is a visit, with nothing to lift and nobody before it"
    if first.at is not None:
        yield "step[0].at", "the first visit is at opening time"
    for field in _OF_THE_SITUATION:
        if getattr(first, field) is not None:
            yield f"step[0].{field}", "goes into [timeline.situation] for the first visit"

"""One test per trouble: run an integration through one visit and say what came of it.

Knows nothing of pytest; the plugin turns an :class:`~onshi.outcomes.Outcome` into a test result.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from onshi.catalogue.load import find_trouble, troubles_of
from onshi.catalogue.records import Profile, Trouble
from onshi.config import Config, Waiver
from onshi.course import Course
from onshi.errors import OnshiError
from onshi.outcomes import Outcome, conclude, waive
from onshi.runner import AdapterHungError, AdapterLeftError, Runner
from onshi.visit import Claim, Handling, Returned, Visit

if TYPE_CHECKING:
    from onshi.desk import Desk

_SURFACES = ("pcsc", "webapi", "folder", "face")
_PICTURED = 2000
"""So many events of a journal are shown in the picture of a report, at most."""

T = TypeVar("T")

__all__ = ["Played", "applicable", "desk_doors", "judge_played", "planned", "play"]


@dataclass(frozen=True)
class Played:
    """A trouble that an integration went through, ready to be judged.

    ``raised`` is what the adapter raised: then there is nothing to judge. ``order`` holds the
    journal's events as they came, lanes mixed.
    """

    trouble: Trouble
    course: Course
    journal: bytes
    problem: str = ""
    raised: bool = False
    order: bytes = b""


def desk_doors(integration: Any) -> tuple[str, ...]:
    """The doors for an integration's surfaces, which its class has, too.

    Raises OnshiError for surfaces that are unknown, or no set of words.
    """
    given = getattr(integration, "surfaces", None)
    words = given if isinstance(given, set | frozenset | tuple | list) else ()
    surfaces = {word for word in words if isinstance(word, str)}
    if not surfaces or len(surfaces) < len(words) or surfaces - set(_SURFACES):
        name = getattr(integration, "__name__", type(integration).__name__)
        shown = sorted(words, key=str) if words else repr(given)
        raise OnshiError(
            f"{name}.surfaces is {shown}: it is a set of one or more of {', '.join(_SURFACES)}, "
            f'such as {{"webapi"}}'
        )
    doors = [s for s in _SURFACES if s in surfaces]
    if "webapi" in surfaces and getattr(integration, "in_process", False):
        doors.append("responses")
    return tuple(doors)


def planned(config: Config, profiles: Iterable[Profile]) -> list[Trouble]:
    """What a run goes through: the troubles named, else the union of the profiles', in their order.

    ``only = "smoke"`` leaves one for each category of a survey.
    """
    if config.trouble:
        return [find_trouble(t) for t in dict.fromkeys(config.trouble)]
    union: dict[str, Trouble] = {}
    for profile in profiles:
        found = troubles_of(profile)
        if config.only == "smoke":
            found = _one_per_category(profile, found)
        union.update({t.id: t for t in found})
    return list(union.values())


def _one_per_category(profile: Profile, troubles: list[Trouble]) -> list[Trouble]:
    """For each category the trouble that clinics describe most often, its own before a guest's."""
    chosen: dict[str, Trouble] = {}
    for category in profile.category:
        candidates = [t for t in troubles if category.has(t.id, t.categories)]
        if candidates:
            own = (category.key,)
            best = max(candidates, key=lambda t: (t.categories[:1] == own, t.support))
            chosen[best.id] = best
    return list(chosen.values())


def applicable(trouble: Trouble, surfaces: frozenset[str]) -> bool:
    """Whether a product with these surfaces can meet the trouble at all."""
    return bool(surfaces & set(trouble.surfaces)) and not trouble.why_not


def play(desk: Desk, trouble: Trouble, runner: Runner, config: Config) -> Played:
    """The visits of one trouble. Never raises for what the adapter does.

    Raises :class:`OnshiError` for what is wrong with the trouble or the settings.
    """
    surfaces = trouble.hit(frozenset(runner.integration.surfaces))
    course = Course(desk, trouble, surfaces, limits=config.limits, levels=config.rules)
    problem, raised = "", False
    try:
        _walk(desk, course, runner)
    except AdapterHungError as e:
        course.never_returned()
        problem = str(e)
    except OnshiError:
        raise
    except Exception as e:
        cause = e.__cause__ if isinstance(e, AdapterLeftError) else e
        text = f"{type(cause).__name__}: {cause}".strip().rstrip(":")
        problem, raised = f"the adapter raised {text}", True
    order = desk.journal.ordered(_PICTURED)
    return Played(trouble, course, desk.journal.canonical(), problem, raised, order)


def judge_played(played: Played, trouble: Trouble, waivers: tuple[Waiver, ...]) -> Outcome:
    """What a played course says of ``trouble``: the one played, or one that does the same."""
    if played.raised:
        result = Outcome(trouble, "failed", problem=played.problem)
    else:
        result = conclude(played.course, trouble, played.problem)
    result.journal, result.order = played.journal, played.order
    if trouble is not played.trouble:
        result.same_as = played.trouble.id
    return waive(result, waivers)


def _walk(desk: Desk, course: Course, runner: Runner) -> None:
    visit: Visit | None = course.visit
    assert visit is not None
    with _python_clock(runner.integration, desk.clock.now()):
        runner.start(desk.env())
        runner.call("reset")
    day = None
    while visit is not None:
        with _python_clock(runner.integration, desk.clock.now()):
            if visit.date != day:
                day = visit.date
                runner.call("set_date", day)
            if course.unknown:
                runner.call("prepare", visit.chart)
            visit = _STEPS[visit.purpose](course, runner, visit)


def _check_in(course: Course, runner: Runner, visit: Visit) -> Visit | None:
    handling = _told(runner.call("check_in", visit), Handling, "check_in")
    if handling.documents is None:
        handling.documents = runner.call("documents", visit)
        handling = _told(handling, Handling, "documents")
    return course.handled(handling, alive=None if course.following else _alive(runner))


def _alive(runner: Runner) -> bool | None:
    told = runner.call("alive")
    if told is None or isinstance(told, bool):
        return told
    raise TypeError(f"alive() returned {type(told).__name__}, not True, False or None")


def _claim(course: Course, runner: Runner, visit: Visit) -> Visit | None:
    """The month is closed, and the patient's claim written."""
    runner.call("close_month", visit.date)
    given = runner.call("claim", visit)
    if given is None:
        return course.handled(Handling())
    told = Claim(path=str(given)) if isinstance(given, str | os.PathLike) else given
    told = _told(told, Claim, "claim")
    return course.handled(_as_handling(told), claim=_file_of(told))


def _returns(course: Course, runner: Runner, visit: Visit) -> Visit | None:
    """What came back is read in; nothing is asked of the product when nothing did."""
    told = runner.call("import_returns", visit.returns) if visit.returns is not None else None
    if told is None:
        return course.handled(Handling())
    return course.handled(_as_handling(_told(told, Returned, "import_returns")))


_STEPS = {"visit": _check_in, "claim": _claim, "returns": _returns}


def _file_of(claim: Claim) -> bytes | None:
    """The file an adapter named. Raises TypeError where it cannot be read."""
    if claim.path is None:
        return None
    path = Path(claim.path)
    if path.exists() and not path.is_file():
        raise TypeError(f"claim() named {claim.path}, which is not a file")
    try:
        return path.read_bytes()
    except OSError as e:
        raise TypeError(f"claim() named {claim.path}, which cannot be read: {e.strerror}") from None


def _as_handling(told: Claim | Returned) -> Handling:
    fields = msgspec.structs.asdict(told)
    fields.pop("path", None)
    return Handling(**fields)


def _told(value: Any, kind: type[T], method: str) -> T:
    """What the adapter returned, checked. Raises TypeError that says what is wrong with it."""
    name = kind.__name__
    if not isinstance(value, kind):
        raise TypeError(f"{method}() returned {type(value).__name__}, not onshi.{name}")
    try:
        return msgspec.convert(msgspec.to_builtins(value), kind)
    except (msgspec.ValidationError, TypeError) as e:
        raise TypeError(f"{method}() returned a {name} that is not one: {e}") from None


@contextlib.contextmanager
def _python_clock(integration: Any, now: datetime) -> Iterator[None]:
    """Move Python code under test to business time, where time-machine is installed."""
    if not getattr(integration, "in_process", False):
        yield
        return
    try:
        import time_machine
    except ImportError:
        yield
        return
    with time_machine.travel(now, tick=True):
        yield

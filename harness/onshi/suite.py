"""One test per trouble: run an integration through one visit and say what came of it.

Knows nothing of pytest; the plugin turns an :class:`Outcome` into a test result.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from onshi.catalogue.records import Trouble
from onshi.clock import JST
from onshi.config import Config, Waiver
from onshi.errors import OnshiError
from onshi.judge.case import Finding, Verdict
from onshi.judge.verdict import outcome
from onshi.visit import Handling, Visit

if TYPE_CHECKING:
    from onshi.desk import Desk

__all__ = ["UNTROUBLED", "Outcome", "Runner", "applicable", "desk_doors", "run_trouble"]


UNTROUBLED = Trouble(
    id="untroubled",
    title="トラブルのない受付",
    layer="",
    categories=(),
    source=("added",),
    what="カードも資格も正しい患者が来る。",
    surfaces=("pcsc", "webapi", "folder", "face"),
)
"""The encounter in which nothing goes wrong: the product must find the patient valid."""


@dataclass
class Outcome:
    """What came of one trouble: ``result`` is passed, failed, skipped or waived."""

    trouble: Trouble
    result: str
    findings: list[Finding] = field(default_factory=list)
    problem: str = ""
    waived: list[Waiver] = field(default_factory=list)
    journal: bytes = b""

    def broken(self, level: str = "fail") -> list[Finding]:
        """The broken halves of one level."""
        return [f for f in self.findings if f.verdict is Verdict.BROKEN and f.level == level]


class AdapterHungError(Exception):
    """The adapter did not come back within the harness' patience."""


class Runner:
    """Runs an integration's methods in one thread of their own.

    One thread for the whole session, because products keep thread-bound things (a database
    connection, a window); a hung call is abandoned with its thread, and the next call starts the
    product anew in another.
    """

    def __init__(self, make: Callable[[], Any], *, patience: float) -> None:
        self._make, self._patience = make, patience
        self._jobs: queue.SimpleQueue[Any] | None = None
        self.integration = make()
        self._env: Mapping[str, str] | None = None

    def start(self, env: Mapping[str, str]) -> None:
        """Start the product, once for the same environment."""
        if self._env == dict(env):
            return
        if self._env is not None:
            self.call("stop")
        self._env = dict(env)
        self.call("start", self._env)

    def call(self, method: str, *args: Any) -> Any:
        """One method of the integration, or None where the adapter has no such method.

        Raises :class:`AdapterHungError`, or what the method raises.
        """
        work = getattr(self.integration, method, None)
        if work is None:
            return None
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(self._jobs,), daemon=True).start()
        done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._jobs.put((work, args, done))
        try:
            ok, value = done.get(timeout=self._patience)
        except queue.Empty:
            self._abandon()
            raise AdapterHungError(
                f"{method}() did not return within {self._patience:g} seconds"
            ) from None
        if not ok:
            raise value
        return value

    def _abandon(self) -> None:
        """Leave a hung thread behind; the next visit gets a fresh adapter in a fresh thread."""
        if self._jobs is not None:
            self._jobs.put(None)
        self._jobs = None
        self._env = None
        self.integration = self._make()

    def stop(self) -> None:
        """Stop the product; whatever it raises at the end is of no consequence any more."""
        if self._env is not None:
            with contextlib.suppress(Exception):
                self.call("stop")
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None
        self._env = None


def _serve(jobs: queue.SimpleQueue[Any]) -> None:
    while (job := jobs.get()) is not None:
        work, args, done = job
        try:
            done.put((True, work(*args)))
        except Exception as e:
            done.put((False, e))


def desk_doors(integration: Any) -> tuple[str, ...]:
    """The doors for an integration's surfaces. Raises OnshiError for unknown surfaces."""
    surfaces = set(integration.surfaces)
    unknown = surfaces - {"pcsc", "webapi", "folder", "face"}
    if unknown or not surfaces:
        raise OnshiError(
            f"{type(integration).__name__}.surfaces is {sorted(surfaces)}: "
            "it holds one or more of pcsc, webapi, folder, face"
        )
    doors = [s for s in ("pcsc", "webapi", "folder", "face") if s in surfaces]
    if "webapi" in surfaces and getattr(integration, "in_process", False):
        doors.append("responses")
    return tuple(doors)


def applicable(trouble: Trouble, surfaces: frozenset[str]) -> bool:
    """Whether a product with these surfaces can meet the trouble at all."""
    return bool(surfaces & set(trouble.surfaces)) and not trouble.why_not


def run_trouble(
    desk: Desk, trouble: Trouble, runner: Runner, config: Config, waivers: tuple[Waiver, ...]
) -> Outcome:
    """One visit under one trouble, judged. Never raises for what the adapter does."""
    surfaces = frozenset(runner.integration.surfaces)
    hit = surfaces & set(trouble.surfaces) or surfaces
    with _python_clock(runner.integration, desk.clock.today):
        result = _visit(desk, trouble, runner, hit, config)
    result.journal = desk.journal.canonical()
    return _waive(result, waivers)


def _visit(
    desk: Desk, trouble: Trouble, runner: Runner, surfaces: frozenset[str], config: Config
) -> Outcome:
    more: dict[str, Any] = {"limits": config.limits, "levels": config.rules}
    handling: Handling | None = None
    visit = desk.visit(trouble, surfaces)
    reception = desk._reception
    assert reception is not None
    try:
        runner.start(desk.env())
        runner.call("reset")
        runner.call("set_date", visit.date)
        runner.call("prepare", visit.chart)
        handling = _handling(runner.call("check_in", visit))
        findings: list[Finding] = []
        for _ in range(trouble.situation.visits - 1):
            findings += reception.judge(handling, **more)
            reception = reception.again(handling.chart_after)
            handling = _handling(runner.call("check_in", reception.visit))
        more["alive"] = runner.call("alive")
        if trouble.situation.next_patient:
            reception.finish()
            more["next_handling"] = _next(reception.follow(), runner)
    except AdapterHungError as e:
        more["returned"] = False
        return _judged(trouble, reception.judge(handling, **more), problem=str(e))
    except OnshiError:
        raise
    except Exception as e:
        text = f"{type(e).__name__}: {e}".strip().rstrip(":")
        return Outcome(trouble, "failed", problem=f"the adapter raised {text}")
    if trouble is UNTROUBLED:
        return _plain(handling)
    return _judged(trouble, findings + reception.judge(handling, **more))


def _plain(handling: Handling) -> Outcome:
    """A visit without a trouble is right when the qualification was found valid."""
    if handling.status is None:
        return Outcome(UNTROUBLED, "skipped")
    if handling.status == "valid":
        return Outcome(UNTROUBLED, "passed")
    problem = f"トラブルのない患者の資格を「有効」と示さなかった (status={handling.status})"
    return Outcome(UNTROUBLED, "failed", problem=problem)


def _next(visit: Visit, runner: Runner) -> Handling:
    runner.call("prepare", visit.chart)
    return _handling(runner.call("check_in", visit))


def _handling(value: Any) -> Handling:
    """What the adapter returned, checked. Raises TypeError that says what is wrong with it."""
    if not isinstance(value, Handling):
        raise TypeError(f"check_in() returned {type(value).__name__}, not onshi.Handling")
    try:
        return msgspec.convert(msgspec.to_builtins(value), Handling)
    except (msgspec.ValidationError, TypeError) as e:
        raise TypeError(f"check_in() returned a Handling that is not one: {e}") from None


def _judged(trouble: Trouble, findings: list[Finding], problem: str = "") -> Outcome:
    """The findings weighed."""
    return Outcome(trouble, outcome(findings), findings, problem)


def _waive(result: Outcome, waivers: tuple[Waiver, ...]) -> Outcome:
    """Take out waived breaks; a break whose waiver has run out stays red and says so.

    Waivers live in the calendar of the people who promised a fix, not in the desk's.
    """
    from onshi.clock import today

    if result.result != "failed" or not result.broken():
        return result
    mine = [w for w in waivers if w.trouble == result.trouble.id]
    good = {w.rule: w for w in mine if w.until >= today()}
    late = {w.rule: w for w in mine if w.until < today()}
    result.waived = [good[f.rule] for f in result.broken() if f.rule in good]
    if all(f.rule in good for f in result.broken()) and not result.problem:
        result.result = "waived"
    expired = [late[f.rule] for f in result.broken() if f.rule in late and f.rule not in good]
    if expired:
        result.problem = " / ".join(
            f"{w.rule} の猶予 (waiver) は {w.until} に切れています: {w.reason}" for w in expired
        )
    return result


@contextlib.contextmanager
def _python_clock(integration: Any, on: date) -> Iterator[None]:
    """Move Python code under test to the business date, where time-machine is installed."""
    if not getattr(integration, "in_process", False):
        yield
        return
    try:
        import time_machine
    except ImportError:
        yield
        return
    with time_machine.travel(datetime.combine(on, time(9, 0), JST), tick=True):
        yield

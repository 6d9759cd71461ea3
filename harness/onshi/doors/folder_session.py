"""One desk's time at an exchange folder: what it takes from there and what it lets appear."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from onshi.clock import Released
from onshi.doors.backstage import Backstage
from onshi.doors.disk import Problem, problem_of
from onshi.doors.folder_ground import is_away
from onshi.doors.folder_place import STAGING, probe
from onshi.doors.folder_steps import Steps, Traces
from onshi.doors.watcher import Heard, Watch
from onshi.journal import Lane
from onshi.seams import Delivery, HangUpError, Step

__all__ = ["FolderSession"]

_SLICE = 0.02
_RETRY = 0.1
"""Seconds between attempts to write what could not be written."""

_PROBE = 0.5
_SILENT = 2.0
_JOIN = 2.0


class FolderSession:
    """One desk at the folder: its threads, and the promise that they end with it.

    Nothing here holds up the desk when a disk is full or a share is away: requests are taken
    and results written when it is over, within the desk's deadline; ``trouble`` says so.
    ``round`` counts how often faults were taken back.
    """

    def __init__(self, root: Path, backstage: Backstage) -> None:
        self.root, self.backstage = root, backstage
        self.closed = threading.Event()
        self.faces = itertools.count()
        self._hurried = threading.Event()
        self._idle = threading.Condition()
        self._delivering = 0
        self._writing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._steps = Steps(root, self.closed.is_set)
        self._changed: set[_Changed] = set()
        self.round = 0
        self.heard = Heard()
        self._watch: Watch | None = None
        self._not_read = ""
        self._not_written = ""
        self._step_since: float | None = None
        self._probed = 0.0

    def lane(self) -> Lane:
        """A lane of the journal for one exchange."""
        return self.backstage.journal.lane("folder")

    # ---------------------------------------------------------------- threads
    def watch(self, look: Callable[[], bool], *, notified: bool = True) -> None:
        """Let ``look`` be called again and again; it may raise OSError, which is a trouble.

        It returns whether another look is wanted soon. ``notified``: at once, too, when there is
        something new in ``req``, where the system tells of that.
        """

        def guarded() -> bool:
            soon = False
            try:
                soon = look()
            except OSError as e:
                self.not_read(e)
            else:
                self._not_read = ""
            self._look_after_writing()
            return soon

        folder = str(self.root / "req") if notified else ""
        self._watch = Watch(self.root.stat().st_dev, guarded, folder, self.heard)
        self.backstage.ground(self)

    def run(self, work: Callable[[FolderSession], None]) -> None:
        """Do ``work`` in a thread of its own, so that a late result holds up nothing else."""
        thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()

    def _guarded(self, work: Callable[[FolderSession], None]) -> None:
        try:
            work(self)
        except (Released, HangUpError):
            return  # the desk closes, or a fault never answers: no file

    def close(self) -> None:
        """End every thread; after this nothing is written any more.

        What faults have laid down here is gone, and what they did to the directories is undone.
        """
        self.backstage.ground(None)
        with self._between_steps():
            self.closed.set()
        if self._watch is not None:
            self._watch.end()
        until = time.monotonic() + _JOIN
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=max(0.0, until - time.monotonic()))
        self.tidy()

    def hurry(self) -> None:
        """What is still to come comes now: a late file, while the next patient is there."""
        self._hurried.set()
        with self._idle:
            self._idle.wait_for(lambda: self._delivering == 0, timeout=2.0)
        self._hurried.clear()

    # ---------------------------------------------------------------- trouble
    @property
    def trouble(self) -> str:
        """What is the matter with the folder, where, and what to do; or ``""``."""
        now = time.monotonic()
        silent = self._watch.silent() if self._watch is not None else 0.0
        if self._step_since is not None:
            silent = max(silent, now - self._step_since)
        if silent > _SILENT:
            return (
                f"the exchange folder {self.root} has not answered for {silent:.0f} seconds: "
                "look after the share or the disk"
            )
        return self._not_read or self._not_written

    def not_read(self, e: OSError) -> None:
        """Requests cannot be taken at the moment."""
        if not is_away(self.root):
            self._not_read = problem_of(e).sentence(self.root, e)

    def _look_after_writing(self) -> None:
        """Whether what could not be written can be by now, asked now and then."""
        now = time.monotonic()
        if not self._not_written or self._not_read or now - self._probed < _PROBE:
            return
        self._probed = now
        with contextlib.suppress(OSError):
            probe(self.root)
            self._not_written = ""

    # --------------------------------------------------------------- delivery
    def deliver(
        self,
        delivery: Delivery,
        lane: Lane,
        delay: float = 0.0,
        waiting: threading.Event | None = None,
    ) -> None:
        """Let a file appear, as the faults on the folder have it.

        ``waiting`` is set as soon as something has to be waited for. Waits never add up to more
        than the desk's deadline. Raises Released when the desk leaves in the meantime.
        """
        changed = _Changed(self.root / delivery.where / delivery.name, delivery.content)
        with self._idle:
            self._delivering += 1
            self._changed.add(changed)  # before a fault is asked, which may be over any moment
        try:
            steps = self.backstage.deliver(delivery)
            if not steps:
                lane.event("nothing", where=delivery.where)
            first = [Step(op="", wait=delay)] if delay > 0 else []
            self._take([*first, *steps], delivery.where, lane, changed, waiting)
        finally:
            if changed.finish():
                self._changed.discard(changed)
            with self._idle:
                self._delivering -= 1
                self._idle.notify_all()

    def _take(
        self,
        steps: list[Step],
        where: str,
        lane: Lane,
        changed: _Changed,
        waiting: threading.Event | None,
    ) -> None:
        waiting = waiting or threading.Event()
        left = self.backstage.deadline
        for step in steps:
            pause = min(step.wait, left)
            left -= pause
            if pause > 0:
                waiting.set()
            self._wait(pause, lane, changed.cue or (step.cue if step.op != "cue" else None))
            if changed.cue is not None and changed.cue.is_set():
                return
            if not step.op:
                continue
            took = self._do(where, step, lane, left, waiting, changed.traces)
            if took is None:
                return
            left -= took

    def _wait(self, seconds: float, lane: Lane, cue: threading.Event | None = None) -> None:
        """Simulated seconds in slices, so that leaving does not have to wait for them.

        A ``cue`` that is set before they are over ends them; the journal says that none passed,
        for how many did is the machine's doing.
        """
        clock = self.backstage.clock
        piece = _SLICE / clock.scale if clock.scale > 0 else seconds
        left, began = seconds, time.monotonic()
        cue = cue or threading.Event()
        while left > 0 and not (self._hurried.is_set() or cue.is_set()):
            if self.closed.is_set():
                raise Released
            late = time.monotonic() - began - (seconds - left) * clock.scale
            clock.wait_on_wire(min(piece, left), passed=max(0.0, late))
            left -= piece
        lane.passed(0.0 if left > 0 and cue.is_set() else seconds)

    def _do(
        self,
        where: str,
        step: Step,
        lane: Lane,
        patience: float,
        waiting: threading.Event,
        traces: Traces | None = None,
    ) -> float | None:
        """One step on one file of ``where``, again and again while a disk or share is in trouble.

        Gives up after ``patience`` simulated seconds, or when the desk leaves: then the journal
        says ``failed`` and why. Returns the simulated seconds that it took; None when later
        steps make no sense, because they would add to a file that is not there.
        """
        traces, where = traces or Traces(), step.where or where
        scale, start = self.backstage.clock.scale, time.monotonic()
        problem, took = self._attempt(where, step, traces), 0.0
        while problem is not None:
            waiting.set()
            left = (patience - took) * scale
            if not problem.passes or left <= 0 or self.closed.wait(min(_RETRY, left)):
                lane.event("failed", op=step.op, where=where, reason=problem.name)
                if self.closed.is_set():
                    raise Released
                return None if problem.passes else took
            took = (time.monotonic() - start) / scale
            problem = self._attempt(where, step, traces)
        if step.op != "cue":
            lane.event("file", op=step.op, where=where, bytes=len(step.content))
        return took

    def _attempt(self, where: str, step: Step, traces: Traces) -> Problem | None:
        with self._writing:
            if self.closed.is_set():
                raise Released
            self._step_since = time.monotonic()
            try:
                self._steps.do(step, where, traces)
            except OSError as e:
                return self._what_is_wrong(where, e)
            finally:
                self._step_since = None
        self._not_written = ""
        return None

    def _what_is_wrong(self, where: str, e: OSError) -> Problem:
        """A file that is not there in a folder that is: its reader has taken it already."""
        problem = problem_of(e)
        if isinstance(e, FileNotFoundError) and (self.root / where).is_dir():
            if (self.root / STAGING).is_dir():
                return _TAKEN
            with contextlib.suppress(OSError):
                (self.root / STAGING).mkdir()
        if not is_away(self.root):
            self._not_written = problem.sentence(self.root, e)
        return problem

    # ------------------------------------------------- what faults do without one
    def lay(self, steps: list[Step]) -> Callable[[], None]:
        """Take a fault's own steps: up to the first wait at once, the rest in a thread.

        What cannot be done is not tried again. What is returned undoes them, also in the middle.
        """
        changed, lane = _Changed(None, b""), self.lane()
        self._remember(changed)
        at = next((i for i, step in enumerate(steps) if step.wait > 0), len(steps))
        self._lay(steps[:at], lane, changed)

        def rest(_: FolderSession) -> None:
            try:
                self._take(steps[at:], "", lane, changed, None)
            finally:
                changed.finish()

        if steps[at:]:
            self.run(rest)
        else:
            changed.finish()

        def undo() -> None:
            with self._between_steps():
                changed.tidy()

        return undo

    def _lay(self, steps: list[Step], lane: Lane, changed: _Changed) -> None:
        """Thousands of files are one event of the journal."""
        for (op, where), group in itertools.groupby(steps, lambda step: (step.op, step.where)):
            done = 0
            for step in group:
                problem = self._attempt(where, step, changed.traces)
                if problem is not None:
                    lane.event("failed", op=op, where=where, reason=problem.name)
                    return
                done += 1
            lane.event("laid", op=op, where=where, steps=done)

    def _remember(self, changed: _Changed) -> None:
        with self._idle:
            self._changed.add(changed)

    def tidy(self) -> None:
        """What deliveries with a fault in them have left goes, but for whole results.

        Of those under way the directories and locks are put right at once, the rest when they
        are through. Requests that were left lying are looked at again.
        """
        with self._idle:
            mine, self._changed = self._changed, set()
        with self._between_steps():
            for changed in mine:
                changed.tidy()
        self.round += 1

    @contextlib.contextmanager
    def _between_steps(self) -> Iterator[None]:
        """While no step is under way; but a share that does not answer is waited for 2 s only."""
        got = self._writing.acquire(timeout=_JOIN)
        try:
            yield
        finally:
            if got:
                self._writing.release()


_TAKEN = Problem("taken", "has lost a file", "", passes=False)


class _Changed:
    """One delivery as a fault has changed it; without a ``target``, what a fault lays by itself.

    ``cue`` ends the latter: it goes no further once it was taken back.
    """

    def __init__(self, target: Path | None, content: bytes) -> None:
        self.traces = Traces()
        self.cue = threading.Event() if target is None else None
        self._whole = (target, content) if target is not None else None
        self._over = self._tidied = False

    def finish(self) -> bool:
        """No step follows any more. Returns whether there is nothing that could be undone."""
        self._over = True
        if self._tidied:
            self.tidy()
        return self._tidied or self.traces.only(self._whole)

    def tidy(self) -> None:
        """Undo it; files only once it is over. Idempotent."""
        self._tidied = True
        if self.cue is not None:
            self.cue.set()
        self.traces.put_right()
        if self._over:
            self.traces.remove(self._whole)

"""One desk's time at an exchange folder: what it takes from there and what it lets appear."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from onshi.clock import Released
from onshi.doors.backstage import Backstage
from onshi.doors.disk import Problem, problem_of
from onshi.doors.folder_place import PARTS, STAGING, probe
from onshi.doors.watcher import Heard, Watch
from onshi.errors import OnshiError
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
        self._staged = itertools.count()
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
        """End every thread; after this nothing is written any more."""
        got = self._writing.acquire(timeout=_JOIN)  # not got: a share that does not answer
        self.closed.set()
        if got:
            self._writing.release()
        if self._watch is not None:
            self._watch.end()
        until = time.monotonic() + _JOIN
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=max(0.0, until - time.monotonic()))

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
        with self._idle:
            self._delivering += 1
        try:
            self._take_steps(delivery, lane, delay, waiting or threading.Event())
        finally:
            with self._idle:
                self._delivering -= 1
                self._idle.notify_all()

    def _take_steps(
        self, delivery: Delivery, lane: Lane, delay: float, waiting: threading.Event
    ) -> None:
        left = self.backstage.deadline
        steps = self.backstage.deliver(delivery)
        if not steps:
            lane.event("nothing", where=delivery.where)
        for pause, step in [(delay, None), *((s.wait, s) for s in steps)]:
            pause = min(pause, left)
            left -= pause
            if pause > 0:
                waiting.set()
            self._wait(pause, lane)
            if step is None:
                continue
            took = self._do(delivery.where, step, lane, left, waiting)
            if took is None:
                return
            left -= took

    def _wait(self, seconds: float, lane: Lane) -> None:
        """Simulated seconds in slices, so that leaving does not have to wait for them."""
        clock = self.backstage.clock
        piece = _SLICE / clock.scale if clock.scale > 0 else seconds
        left = seconds
        while left > 0 and not self._hurried.is_set():
            if self.closed.is_set():
                raise Released
            clock.wait_on_wire(min(piece, left))
            left -= piece
        lane.passed(seconds)

    def _do(
        self, where: str, step: Step, lane: Lane, patience: float, waiting: threading.Event
    ) -> float | None:
        """One step on one file of ``where``, again and again while a disk or share is in trouble.

        Gives up after ``patience`` simulated seconds, or when the desk leaves: then the journal
        says ``failed`` and why. Returns the simulated seconds that it took; None when later
        steps make no sense, because they would add to a file that is not there.
        """
        target = self._inside(where, step.name)
        scale, start = self.backstage.clock.scale, time.monotonic()
        problem, took = self._attempt(where, step, target), 0.0
        while problem is not None:
            waiting.set()
            left = (patience - took) * scale
            if not problem.passes or left <= 0 or self.closed.wait(min(_RETRY, left)):
                lane.event("failed", op=step.op, where=where, reason=problem.name)
                if self.closed.is_set():
                    raise Released
                return None if problem.passes else took
            took = (time.monotonic() - start) / scale
            problem = self._attempt(where, step, target)
        lane.event("file", op=step.op, where=where, bytes=len(step.content))
        return took

    def _attempt(self, where: str, step: Step, target: Path) -> Problem | None:
        with self._writing:
            if self.closed.is_set():
                raise Released
            self._step_since = time.monotonic()
            try:
                self._apply(step, where, target)
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
        self._not_written = problem.sentence(self.root, e)
        return problem

    def _apply(self, step: Step, where: str, target: Path) -> None:
        if step.op == "write":
            staged = self.root / STAGING / f"{next(self._staged)}.part"
            with _removed_on_error(staged):
                staged.write_bytes(step.content)
                if self.closed.is_set():  # the disk did not answer until the desk had left
                    raise Released
                staged.replace(target)
        elif step.op == "create":
            with _removed_on_error(target):
                target.write_bytes(step.content)
        elif step.op == "append":
            _append(target, step.content)
        elif step.op == "remove":
            target.unlink(missing_ok=True)
        elif step.op == "rename":
            target.replace(self._inside(where, step.to))
        else:
            raise OnshiError(f"a folder fault asked for the unknown step {step.op!r}")

    def _inside(self, where: str, name: str) -> Path:
        if where not in PARTS or not name or Path(name).name != name:
            raise OnshiError(f"a folder fault asked for a file outside the folder: {name!r}")
        return self.root / where / name


_TAKEN = Problem("taken", "has lost a file", "", passes=False)


@contextlib.contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    """Half a file on a full disk would be taken for an answer, and take the room of one."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def _append(path: Path, content: bytes) -> None:
    """To the end of the file, which is made if it is not there; all of it or nothing."""
    if not path.exists():
        with _removed_on_error(path):
            path.write_bytes(content)
        return
    with path.open("ab", buffering=0) as f:
        before = f.tell()
        try:
            if f.write(content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with contextlib.suppress(OSError):
                f.truncate(before)
            raise

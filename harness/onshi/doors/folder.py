"""The exchange folder of the 連携アプリケーション: requests in ``req``, results in ``res``.

File names, pairing and encodings as in public programs that use it (facts: oqs page, section
1). Requests are looked for by polling, because change notifications do not arrive on shares.
The directory belongs to the process; a desk resets its contents only.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from onshi.clock import Released
from onshi.doors.backstage import Backstage
from onshi.eligibility import messages as m
from onshi.eligibility.api import inquiry_note
from onshi.eligibility.codes import UNREADABLE, Segment, Status
from onshi.eligibility.mapping import Heading, answer_document, inquiry_of
from onshi.eligibility.service import parse_day
from onshi.eligibility.xml import MAX_BYTES, NotAMessageError, parse_request, to_xml
from onshi.errors import OnshiError
from onshi.journal import Lane
from onshi.seams import Answer, Delivery, HangUpError, Step

__all__ = ["FolderDoor"]

_REQUEST = re.compile(r"OQSsiquc01req_(?P<suffix>.+)\.xml", re.IGNORECASE)
_KIND = re.compile(r"([A-Za-z]{3,9}\d{2}req)_")
_PARTS = ("req", "res", "face")
_STAGING = ".onshi"
_SLICE = 0.02


class FolderDoor:
    """``root`` with ``req``, ``res`` and ``face``; a temporary directory when none is given.

    ``interval`` is seconds between looks, ``settle`` how long a request that does not parse has
    to stay the same before it counts as malformed and not as half written.
    """

    def __init__(
        self, root: Path | None = None, *, interval: float = 0.015, settle: float = 2.0
    ) -> None:
        self._given, self._root = root, root
        self._interval, self._settle = interval, settle
        self._session: FolderSession | None = None

    @property
    def root(self) -> Path:
        """The directory. Raises :class:`OnshiError` before :meth:`start`."""
        if self._root is None:
            raise OnshiError("the exchange folder is not open: call start() first")
        return self._root

    def start(self) -> None:
        """Make the directories. Raises :class:`OnshiError` where that cannot be done."""
        try:
            if self._root is None:
                self._root = Path(tempfile.mkdtemp(prefix="onshi-folder-"))
            for part in (*_PARTS, _STAGING):
                (self._root / part).mkdir(parents=True, exist_ok=True)
            probe = self._root / _STAGING / "probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as e:
            raise OnshiError(
                f"the exchange folder {self._root} cannot be used: {e.strerror}"
            ) from None

    def attach(self, backstage: Backstage) -> None:
        """Serve a desk from now on, from empty directories.

        Raises :class:`OnshiError` while another desk is attached, or when the folder is gone.
        """
        if self._session is not None:
            raise OnshiError("another desk is attached to the exchange folder")
        self.start()
        for part in _PARTS:
            self._empty(self.root / part)
        self._session = FolderSession(self.root, backstage)
        self._session.run(self._watch)

    def detach(self) -> None:
        """Leave the desk: nothing of it is written from now on. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def close(self) -> None:
        """Detach; remove the directory if it was made here."""
        self.detach()
        if self._given is None and self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None

    @property
    def session(self) -> FolderSession:
        """The attached desk's exchange. Raises :class:`OnshiError` without one."""
        if self._session is None:
            raise OnshiError("no desk is attached to the exchange folder")
        return self._session

    def hurry(self) -> None:
        """Let outstanding files of the attached desk arrive now; nothing without a desk."""
        if self._session is not None:
            self._session.hurry()

    @property
    def trouble(self) -> str:
        """Why requests cannot be taken at the moment, or ``""``."""
        return self._session.trouble if self._session else ""

    def _empty(self, folder: Path) -> None:
        try:
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    Path(entry.path).unlink(missing_ok=True)
        except OSError as e:
            raise OnshiError(
                f"the exchange folder {folder} cannot be emptied: {e.strerror}"
            ) from None

    # ----------------------------------------------------------------- requests
    def _watch(self, session: FolderSession) -> None:
        """Look again and again until the desk leaves."""
        seen: dict[str, _Look] = {}
        while not session.closed.wait(self._interval):
            try:
                now = dict(_files(session.root / "req"))
                session.trouble = ""
            except OSError as e:
                session.trouble = f"the exchange folder {session.root} is not there: {e.strerror}"
                continue
            for name in [n for n in seen if n not in now]:
                del seen[name]
            for name in sorted(now):
                look = seen.get(name)
                if look is None or look.mark != now[name]:
                    seen[name] = _Look(now[name])
                elif not look.ignored:
                    self._consider(session, name, look)

    def _consider(self, session: FolderSession, name: str, look: _Look) -> None:
        """A file that was the same at two looks: take it, wait, or leave it alone."""
        found = _REQUEST.fullmatch(name)
        if found is None:
            look.ignored = True
            kind = _KIND.match(name)
            session.lane().event("ignored", kind=kind[1] if kind else "other")
            return
        path = session.root / "req" / name
        try:
            data = _read(path)
            request = _parsed(data)
            if request is None and time.monotonic() - look.since < self._settle:
                return
            path.unlink()
        except OSError:
            return  # still locked by its writer, or withdrawn: look again
        exchange = _Exchange(session, found["suffix"], request, session.lane())
        session.run(exchange.run)


@dataclass
class _Look:
    """What a file was like when first seen so; ``mark`` is (size, mtime in ns, inode)."""

    mark: tuple[int, int, int]
    since: float = field(default_factory=time.monotonic)
    ignored: bool = False


def _files(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    yield entry.name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except FileNotFoundError:
                continue


def _read(path: Path) -> bytes:
    with path.open("rb") as f:
        return f.read(MAX_BYTES + 1)


def _parsed(data: bytes) -> m.RequestDocument | None:
    try:
        return parse_request(data)
    except NotAMessageError:
        return None


class FolderSession:
    """One desk's time at the folder: its threads, and the promise that they end with it."""

    def __init__(self, root: Path, backstage: Backstage) -> None:
        self.root, self.backstage = root, backstage
        self.closed = threading.Event()
        self._hurried = threading.Event()
        self._idle = threading.Condition()
        self._delivering = 0
        self.trouble = ""
        self.faces = itertools.count()
        self._writing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._staged = itertools.count()

    def lane(self) -> Lane:
        """A lane of the journal for one exchange."""
        return self.backstage.journal.lane("folder")

    def run(self, work: Callable[[FolderSession], None]) -> threading.Thread:
        """Do ``work`` in a thread of its own, so that a late result holds up nothing else."""
        thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()
        return thread

    def _guarded(self, work: Callable[[FolderSession], None]) -> None:
        try:
            work(self)
        except (Released, HangUpError):
            return  # the desk closes, or a fault never answers: no file

    def close(self) -> None:
        """End every thread; after this nothing is written any more."""
        with self._writing:
            self.closed.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=2.0)

    def hurry(self) -> None:
        """What is still to come comes now: a late file, while the next patient is there."""
        self._hurried.set()
        with self._idle:
            self._idle.wait_for(lambda: self._delivering == 0, timeout=2.0)
        self._hurried.clear()

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
            self._take_steps(delivery, lane, delay, waiting)
        finally:
            with self._idle:
                self._delivering -= 1
                self._idle.notify_all()

    def _take_steps(
        self, delivery: Delivery, lane: Lane, delay: float, waiting: threading.Event | None
    ) -> None:
        left = self.backstage.deadline
        steps = self.backstage.deliver(delivery)
        if not steps:
            lane.event("nothing", where=delivery.where)
        for pause, step in [(delay, None), *((s.wait, s) for s in steps)]:
            pause = min(pause, left)
            left -= pause
            if pause > 0 and waiting is not None:
                waiting.set()
            self._wait(pause, lane)
            if step is not None:
                self._do(delivery.where, step, lane)

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

    def _do(self, where: str, step: Step, lane: Lane) -> None:
        """One step on one file of ``where``; what the platform refuses is journalled."""
        target = self._inside(where, step.name)
        with self._writing:
            if self.closed.is_set():
                raise Released
            try:
                self._apply(step, where, target)
            except OSError as e:
                lane.event("failed", op=step.op, where=where, reason=type(e).__name__)
                return
        lane.event("file", op=step.op, where=where, bytes=len(step.content))

    def _apply(self, step: Step, where: str, target: Path) -> None:
        if step.op == "write":
            staged = self.root / _STAGING / f"{next(self._staged)}.part"
            staged.write_bytes(step.content)
            staged.replace(target)
        elif step.op == "create":
            target.write_bytes(step.content)
        elif step.op == "append":
            with target.open("ab") as f:
                f.write(step.content)
        elif step.op == "remove":
            target.unlink(missing_ok=True)
        elif step.op == "rename":
            target.replace(self._inside(where, step.to))
        else:
            raise OnshiError(f"a folder fault asked for the unknown step {step.op!r}")

    def _inside(self, where: str, name: str) -> Path:
        if where not in _PARTS or not name or Path(name).name != name:
            raise OnshiError(f"a folder fault asked for a file outside the folder: {name!r}")
        return self.root / where / name


@dataclass
class _Exchange:
    """One request that was taken (``None``: it was malformed) and the result to it."""

    session: FolderSession
    suffix: str
    request: m.RequestDocument | None
    lane: Lane

    def run(self, session: FolderSession) -> None:
        content, delay = self._malformed() if self.request is None else self._answer(self.request)
        name = f"OQSsiquc01res_{self.suffix}.xml"
        session.deliver(Delivery(where="res", name=name, content=content), self.lane, delay)

    def _answer(self, request: m.RequestDocument) -> tuple[bytes, float]:
        back = self.session.backstage
        header = request.xml_msg.message_header
        inquiry = inquiry_of(request)
        self.lane.event("request", **inquiry_note(inquiry))
        answer = back.inquiries.ask(inquiry)
        self.lane.event(
            "answer",
            segment=answer.segment,
            status=answer.status,
            validity=answer.validity,
            records=len(answer.records),
        )
        heading = Heading(
            institution=header.medical_institution_code or back.site.institution_code,
            on=parse_day(inquiry.date) or back.clock.today,
            now=back.clock.now(),
            identifier=header.arbitrary_file_identifier,
            encoding=back.site.encoding,
            echo=inquiry,
        )
        return to_xml(answer_document(answer, heading), back.site.encoding), answer.delay

    def _malformed(self) -> tuple[bytes, float]:
        back = self.session.backstage
        self.lane.event("request", malformed=True)
        answer = Answer(
            segment=Segment.FAILED,
            status=Status.ERROR,
            has_list=False,
            error=UNREADABLE,
            processing=UNREADABLE,
        )
        heading = Heading(
            institution=back.site.institution_code,
            on=back.clock.today,
            now=back.clock.now(),
            encoding=back.site.encoding,
        )
        return to_xml(answer_document(answer, heading), back.site.encoding), 0.0

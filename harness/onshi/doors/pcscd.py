"""The pcscd socket: what libpcsclite of any program talks to instead of pcscd.

pcsc-lite's client protocol 4.4, 4.5 and 4.6 on a Unix socket, one connection per SCARDCONTEXT,
one thread per connection. An endpoint lives as long as the process, because libpcsclite reads
``PCSCLITE_CSOCK_NAME`` once; desks are attached to it one after the other.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from onshi.doors.continued import Continued
from onshi.doors.pcscd_connection import Connection
from onshi.doors.pcscd_process import (
    establish_and_release,
    loaded_library,
    make_pyscard_safe,
)
from onshi.errors import OnshiError
from onshi.journal import Journal, Lane
from onshi.reader import ReaderEngine, ReaderState, Recorder
from onshi.seams import ReaderCalls
from onshi.workspace import workspace

__all__ = ["ENV", "Attached", "PcscdEndpoint", "process_endpoint"]

ENV = "PCSCLITE_CSOCK_NAME"
_FILE = "pcscd.comm"
_LONGEST = 107
_MOST_CONNECTIONS = 500
_MOST_NOTED = 100
"""Refusals that one desk's journal keeps: a client may send nonsense in a loop."""
_PAUSE = 0.1
"""Seconds until a process without a free file descriptor tries again to take a connection."""


@dataclass(frozen=True)
class Attached:
    """A desk at an endpoint. ``keep_contexts``: contexts of earlier desks may connect, too."""

    engine: ReaderEngine
    calls: ReaderCalls
    generation: int
    keep_contexts: bool

    @property
    def journal(self) -> Journal:
        return self.engine.journal


class PcscdEndpoint:
    """One socket path and, at most, one desk behind it.

    ``folder`` is a private directory for the socket (made 0700); without one it is made in
    this process's workspace. Without a desk there are no readers, and contexts can be
    established; a context of an earlier desk sees that desk's readers, empty. That is how a
    program's monitors outlive the desks.

    Raises :class:`OnshiError` when the path would be longer than the 107 bytes of a Unix socket.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._own_folder = folder is None
        self._folder = folder or workspace().folder("pcsc")
        self.path = str(self._folder / _FILE)
        if len(os.fsencode(self.path)) > _LONGEST:
            raise OnshiError(
                f"the socket path {self.path} is longer than {_LONGEST} bytes: "
                "choose a shorter folder"
            )
        self.latched_elsewhere = False
        self.desk: Attached | None = None
        self.generation = 0
        self.reader_events = 0
        self.refused: deque[str] = deque(maxlen=_MOST_NOTED)
        self._noted = 0
        self._names: tuple[str, ...] = ()
        self._continued = Continued()
        self._lock = threading.Lock()
        self._connections: set[Connection] = set()
        self._waiting: set[Connection] = set()
        self._contexts: dict[int, Connection] = {}
        self._listener: socket.socket | None = None
        self._closing = threading.Event()
        self._accepting: threading.Thread | None = None
        self._pid = os.getpid()
        atexit.register(self.close)

    # ------------------------------------------------------------------- life
    def env(self) -> dict[str, str]:
        """What a child process needs to reach this endpoint."""
        return {ENV: self.path}

    def start(self) -> None:
        """Listen. Idempotent; after :meth:`close` it listens at the same path again.

        Raises :class:`OnshiError` when the socket cannot be made.
        """
        with self._lock:
            if self._listener is not None:
                return
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                Path(self.path).unlink(missing_ok=True)
                listener.bind(self.path)
                os.chmod(self.path, 0o600)  # noqa: PTH101 - the path is kept as a string
                listener.listen(256)
            except OSError as e:
                listener.close()
                raise OnshiError(f"no socket at {self.path}: {e.strerror}") from None
            self._listener = listener
            self._closing.clear()
            self._accepting = threading.Thread(
                target=self._accept, args=(listener,), name="onshi-pcscd", daemon=True
            )
            self._accepting.start()
        atexit.register(self.close)

    def close(self) -> None:
        """Detach, close every connection, remove the socket and its folder. Idempotent."""
        if os.getpid() != self._pid:
            return
        self.detach()
        self._closing.set()
        with self._lock:
            listener, self._listener = self._listener, None
            accepting, self._accepting = self._accepting, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if accepting is not None:
            accepting.join(5)
        for connection in self.hang_up():
            connection.join(5)
        with contextlib.suppress(OSError):
            Path(self.path).unlink(missing_ok=True)
            if self._own_folder:
                self._folder.rmdir()
        if os.environ.get(ENV) == self.path:
            del os.environ[ENV]
        atexit.unregister(self.close)

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                self._closing.wait(_PAUSE)
                continue
            connection = Connection(self, sock)
            with self._lock:
                if self._listener is not listener:
                    sock.close()
                    return
                full = len(self._connections) >= _MOST_CONNECTIONS
                if not full:
                    self._connections.add(connection)
            try:
                if full:
                    raise RuntimeError
                connection.start()
            except RuntimeError:
                self.forget(connection)
                sock.close()
                self.refuse(f"more than {len(self._connections)} connections at once")

    def hang_up(self) -> list[Connection]:
        """Break off every connection, as when the service goes away; those they were."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            connection.hang_up()
        return connections

    def refuse(self, why: str, lane: Lane | None = None) -> None:
        """Note that a client was sent away, here and in the desk's journal, event ``garbage``.

        What it sent is not kept: it might be anybody's.
        """
        with self._lock:
            self.refused.append(why)
            desk = self.desk
            self._noted += 1
            if self._noted > _MOST_NOTED:
                return
        if lane is None and desk is not None:
            lane = desk.journal.lane("pcsc")
        if lane is not None:
            lane.event("garbage", why=why)

    # ------------------------------------------------------------------ desks
    def attach(
        self, engine: ReaderEngine, calls: ReaderCalls, *, keep_contexts: bool = False
    ) -> None:
        """Put a desk behind the socket; ``calls`` is the engine behind its faults.

        Handles of earlier desks answer SCARD_E_READER_UNAVAILABLE for ever. A context of an
        earlier desk can look at the readers and wait, but not connect (SCARD_E_INVALID_HANDLE),
        unless ``keep_contexts`` says that the program under test outlives its desks.

        Raises RuntimeError when a desk is attached already or the engine was closed before.
        """
        if engine.closed:
            raise RuntimeError("this engine's desk was closed: make a new one")
        with self._lock:
            if self.desk is not None:
                raise RuntimeError("a desk is attached to this endpoint already: detach it first")
            self.generation += 1
            recorder = Recorder(engine, calls)
            self.desk = Attached(engine, recorder, self.generation, keep_contexts)
            self._noted = 0
        engine.listeners.append(self.changed)
        engine.restarted.append(self.hang_up)
        self.changed()

    def detach(self) -> None:
        """Take the desk away: its readers vanish, its waits end. Idempotent.

        Programs that wait for a change are told that there was one; a call that waits inside
        the desk ends with the connection closed.
        """
        with self._lock:
            desk = self.desk
            if desk is None:
                return
            # The past is there before the desk is gone: nobody sees the readers vanish.
            self._continued.keep(desk.engine.states())
            self.desk = None
        if self.changed in desk.engine.listeners:
            desk.engine.listeners.remove(self.changed)
        if self.hang_up in desk.engine.restarted:
            desk.engine.restarted.remove(self.hang_up)
        desk.engine.close()
        self.changed()

    def states(self) -> tuple[ReaderState, ...]:
        """What a new context sees now."""
        desk = self.desk
        return desk.engine.states() if desk is not None else ()

    def as_continued(self, states: tuple[ReaderState, ...] | None) -> tuple[ReaderState, ...]:
        """What a context of an earlier desk sees: readers that stay, a card that was taken out.

        Counters go on where they were. With a reader that vanishes and comes back within a
        millisecond a monitor on protocol 4.4 would miss the return: it compares the number of
        readers, and only while it waits. ``None``: there is no desk.
        """
        return self._continued.seen(states)

    # ----------------------------------------------------------------- events
    # A wait is registered before its snapshot is taken: a change in between is signalled,
    # though the snapshot has it already, and the client then looks again; the other way
    # round it would be lost. Each registration gets one message, because whoever takes it
    # out of the set is the one to send it.
    def register(self, connection: Connection) -> None:
        """This connection waits for a change."""
        with self._lock:
            self._waiting.add(connection)

    def unregister(self, connection: Connection) -> bool:
        """It does not wait any more; False when it did not, or was told just now."""
        with self._lock:
            if connection not in self._waiting:
                return False
            self._waiting.discard(connection)
            return True

    def changed(self) -> None:
        """Something that programs can see has changed: tell all who wait."""
        with self._lock:
            names = tuple(one.name for one in self.states())
            if names != self._names:
                self._names = names
                self.reader_events += 1
            waiting, self._waiting = self._waiting, set()
        for connection in waiting:
            connection.send_event(0)

    # --------------------------------------------------------------- contexts
    def remember(self, context: int, connection: Connection) -> None:
        """A context belongs to this connection: SCardCancel names it from another one."""
        with self._lock:
            self._contexts[context] = connection

    def dismiss(self, context: int) -> None:
        """A context was released."""
        with self._lock:
            self._contexts.pop(context, None)

    def owner_of(self, context: int) -> Connection | None:
        """The connection of a context."""
        with self._lock:
            return self._contexts.get(context)

    def forget(self, connection: Connection) -> None:
        """The connection is closed."""
        with self._lock:
            self._waiting.discard(connection)
            self._connections.discard(connection)
            for context in connection.contexts:
                self._contexts.pop(context, None)

    # ------------------------------------------------------------------ probe
    def reached_by_this_process(self) -> bool | None:
        """Whether libpcsclite in this process talks to this endpoint; None if it is not loaded.

        The first PC/SC call of a process fixes the path, so asking fixes it here.
        """
        library = loaded_library()
        if library is None:
            return None
        before = self._newest_context()
        arrived: list[bool] = []
        establish_and_release(library, lambda: arrived.append(self._newest_context() != before))
        return arrived == [True]

    def _newest_context(self) -> int:
        with self._lock:
            return max(self._contexts, default=0)


_process: PcscdEndpoint | None = None
_process_lock = threading.Lock()


def process_endpoint() -> PcscdEndpoint:
    """The endpoint that PC/SC clients inside this process reach, made and started at first use.

    It sets ``PCSCLITE_CSOCK_NAME``. When libpcsclite of this process has already gone to another
    path (a PC/SC call was made before), its ``latched_elsewhere`` is true: then only child
    processes can be tested, and what to do is to make the desk before the first PC/SC call.
    """
    global _process
    with _process_lock:
        if _process is None or _process._pid != os.getpid():
            _process = PcscdEndpoint()
        _process.start()
        if os.environ.get(ENV) != _process.path:
            os.environ[ENV] = _process.path
            make_pyscard_safe()
            _process.latched_elsewhere = _process.reached_by_this_process() is False
        return _process

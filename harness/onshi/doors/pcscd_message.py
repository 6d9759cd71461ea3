"""The one message that ends a client's wait, sent where no answer can be mistaken for it.

A client registers for a change and then, on the same connection, may ask more before it
listens: up to 4.4 nothing; from 4.5 on how many readers came and went; from 4.6 on the states,
too (seen in what libpcsclite 2.3.3 and 2.5.3 send). A message in between would be read as an
answer, so it waits until the client has been quiet for a moment.
"""

from __future__ import annotations

import select
import socket
import threading

from onshi.doors import pcscd_wire as wire

__all__ = ["OneMessage"]

_PAUSES = {4: 0.0, 5: 0.02, 6: 0.2}
"""Seconds of quiet after a registration, by minor version; 4.6 still has to fetch the states."""
_AFTER_STATES = 0.02


class OneMessage:
    """What a connection tells its client that waits. Any thread may call :meth:`send`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self._pause = 0.0
        self._code: int | None = None
        self.asking = False

    def begin(self, minor: int) -> None:
        """The client registers now, and may ask more: the message has to wait."""
        with self._lock:
            self.asking = True
            self._pause = _PAUSES[minor]

    def fetched(self) -> None:
        """The client has its states."""
        self._pause = min(self._pause, _AFTER_STATES)

    def send(self, code: int) -> None:
        """0 for a change, or SCARD_E_CANCELLED. It never blocks.

        Whoever does not read what it asked for loses its connection, and nobody else waits.
        """
        with self._lock:
            if self.asking:
                self._code = code
                return
        try:
            self._sock.send(wire.EVENT.pack(0, code), socket.MSG_DONTWAIT)
        except OSError:
            self.hang_up()

    def settle(self) -> None:
        """Called before the next request is read: a client that is quiet listens."""
        if self._pause and self._readable():
            return
        self.end()

    def end(self) -> None:
        """The client listens: what came meanwhile is sent."""
        with self._lock:
            self.asking = False
            code, self._code = self._code, None
        if code is not None:
            self.send(code)

    def hang_up(self) -> None:
        """End the connection, from whatever thread."""
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def left(self) -> bool:
        """Whether the client's end is closed."""
        return bool(self._poll(0, 0.0) & select.POLLHUP)

    def _readable(self) -> bool:
        return bool(self._poll(select.POLLIN, self._pause))

    def _poll(self, events: int, seconds: float) -> int:
        poll = select.poll()
        poll.register(self._sock, events)
        found = poll.poll(seconds * 1000)
        return found[0][1] if found else 0

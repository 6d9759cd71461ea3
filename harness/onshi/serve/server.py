"""The control API on its sockets: bind, then serve until told to stop, or once it is called."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from onshi.doors.wire import listening_sockets
from onshi.pki import PkiFiles
from onshi.serve.hub import Hub

if TYPE_CHECKING:
    from onshi.serve.asgi import Server

__all__ = ["LOOPBACK", "ControlServer"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_END = 10.0
"""Seconds that closing waits for a server that runs in a thread."""


class ControlServer:
    """One listener. ``names`` are those by which clients may call it; the first one is shown.

    With ``pki`` it speaks HTTPS and wants a client certificate of that set (``--listen``). It is
    used once. Raises :class:`OnshiError` when the port cannot be had.
    """

    def __init__(
        self,
        *,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        names: tuple[str, ...] = LOOPBACK,
        pki: PkiFiles | None = None,
    ) -> None:
        self._token, self._names, self._pki = token, names, pki
        self._sockets = listening_sockets(host, port)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._wake, self._waker = socket.socketpair()
        shown = f"[{names[0]}]" if ":" in names[0] else names[0]
        scheme = "https" if pki is not None else "http"
        self.url = f"{scheme}://{shown}:{self._sockets[0].getsockname()[1]}"

    def env(self) -> dict[str, str]:
        """What a driver is told."""
        return {"ONSHI_CONTROL_URL": self.url, "ONSHI_CONTROL_TOKEN": self._token}

    def run(self, hub: Hub, ready: Callable[[], None]) -> None:
        """Serve until :meth:`stop`, in the main thread also until SIGINT or SIGTERM.

        ``ready`` is called when requests are answered.
        """
        from onshi.serve.asgi import Server

        names = frozenset(n.lower() for n in (*self._names, *LOOPBACK))
        self._server = Server(hub, self._token, names, self._pki, ready)
        if not self._stopping.is_set():
            self._server.go_on(self._sockets)

    def run_when_called(self, hub: Hub) -> None:
        """Serve in a thread, from the first connection on: most programs never call, and what
        serves takes a third of a second to import.
        """
        self._thread = threading.Thread(
            target=self._wait_for_a_call, args=(hub,), name="onshi-control", daemon=True
        )
        self._thread.start()

    def _wait_for_a_call(self, hub: Hub) -> None:
        with selectors.DefaultSelector() as selector:
            for sock in (*self._sockets, self._wake):
                selector.register(sock, selectors.EVENT_READ)
            selector.select()
        if not self._stopping.is_set():
            self.run(hub, lambda: None)

    def stop(self) -> None:
        """End :meth:`run` from any thread, as a signal would."""
        self._stopping.set()
        self._waker.send(b"\0")
        if self._server is not None:
            self._server.tell()

    def close(self) -> None:
        """Stop, and give the port back. Idempotent."""
        if self._waker.fileno() >= 0:
            self.stop()
        if self._thread is not None:
            self._thread.join(_END)
        for sock in (*self._sockets, self._wake, self._waker):
            sock.close()

"""uvicorn, as the control API wants it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from onshi.pki import PkiFiles
from onshi.serve.app import control_app
from onshi.serve.hub import Hub

__all__ = ["Server"]

_FAREWELL = 2
"""Seconds that open calls (an event stream) have when the process stops."""


class Server(uvicorn.Server):
    """It says when it is ready and leaves the exit code to us.

    uvicorn's own way with signals is to raise them again after its end.
    """

    def __init__(
        self,
        hub: Hub,
        token: str,
        names: frozenset[str],
        pki: PkiFiles | None,
        ready: Callable[[], None],
    ) -> None:
        super().__init__(uvicorn.Config(control_app(hub, token, names), **_settings(pki)))
        self._hub, self._ready = hub, ready
        self._loop: asyncio.AbstractEventLoop | None = None

    def go_on(self, sockets: list[socket.socket]) -> None:
        """Serve until :meth:`tell`."""
        asyncio.run(self.serve(sockets=sockets))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    def tell(self) -> None:
        """Ask for the end, from any thread or signal handler."""
        if self._loop is None:
            self._stop()
        else:
            with contextlib.suppress(RuntimeError):  # it has ended in the meantime
                self._loop.call_soon_threadsafe(self._stop)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        told = (signal.SIGINT, signal.SIGTERM)
        before = {s: signal.signal(s, lambda *_: self.tell()) for s in told}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
        self._hub.closing = True


def _settings(pki: PkiFiles | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "http": "h11",
        "ws": "none",
        "loop": "asyncio",
        "lifespan": "off",
        "log_level": "error",
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": _FAREWELL,
    }
    if pki is not None:
        found.update(
            ssl_keyfile=str(pki.server_key),
            ssl_certfile=str(pki.server_cert),
            ssl_ca_certs=str(pki.ca),
            ssl_cert_reqs=ssl.CERT_REQUIRED,
        )
    return found

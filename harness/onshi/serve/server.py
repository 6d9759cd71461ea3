"""The control API on its sockets: bind, say so, serve until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from onshi.doors.wire import listening_sockets
from onshi.pki import PkiFiles
from onshi.serve.app import control_app
from onshi.serve.hub import Hub

__all__ = ["LOOPBACK", "ControlServer"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FAREWELL = 2
"""Seconds that open calls (an event stream) have when the process stops."""


class ControlServer:
    """One listener. ``names`` are those by which clients may call it; the first one is shown.

    With ``pki`` it speaks HTTPS and wants a client certificate of that set (``--listen``).
    Raises :class:`OnshiError` when the port cannot be had.
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
        self._server: _Server | None = None
        shown = f"[{names[0]}]" if ":" in names[0] else names[0]
        scheme = "https" if pki is not None else "http"
        self.url = f"{scheme}://{shown}:{self._sockets[0].getsockname()[1]}"

    def env(self) -> dict[str, str]:
        """What a driver is told."""
        return {"ONSHI_CONTROL_URL": self.url, "ONSHI_CONTROL_TOKEN": self._token}

    def close(self) -> None:
        """Give the port back; for a server that never ran. Idempotent."""
        for sock in self._sockets:
            sock.close()

    def run(self, hub: Hub, ready: Callable[[], None]) -> None:
        """Serve until SIGINT or SIGTERM. ``ready`` is called when requests are answered."""
        names = frozenset(n.lower() for n in (*self._names, *LOOPBACK))
        app = control_app(hub, self._token, names)
        self._server = _Server(uvicorn.Config(app, **self._settings()), ready, hub)
        asyncio.run(self._server.serve(sockets=self._sockets))

    def stop(self) -> None:
        """End :meth:`run` from another thread, as a signal would."""
        if self._server is not None:
            self._server.tell()

    def _settings(self) -> dict[str, Any]:
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
        if self._pki is not None:
            found.update(
                ssl_keyfile=str(self._pki.server_key),
                ssl_certfile=str(self._pki.server_cert),
                ssl_ca_certs=str(self._pki.ca),
                ssl_cert_reqs=ssl.CERT_REQUIRED,
            )
        return found


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready and leaves the exit code to us.

    Its own way with signals is to raise them again after its end.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], hub: Hub) -> None:
        super().__init__(config)
        self._ready, self._hub = ready, hub
        self._loop: asyncio.AbstractEventLoop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready()

    def tell(self) -> None:
        """Ask for the end, from any thread or signal handler."""
        self._loop.call_soon_threadsafe(self._stop)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
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

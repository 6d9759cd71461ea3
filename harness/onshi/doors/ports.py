"""The listeners of one door: bound, serving, shut by faults, serving again."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

from onshi.doors.silence import hear_again, silence
from onshi.doors.wire import bound_socket

__all__ = ["SERVICES", "Listener"]

SERVICES = frozenset({"auth", "search"})


class Listener:
    """One port, on all addresses that belong to it. Everything happens on the doors' loop.

    ``make`` makes the protocol of a connection. ``state`` is "" (serving), "silent" or "closed".
    """

    def __init__(
        self, socks: list[socket.socket], make: Callable[[], asyncio.BaseProtocol]
    ) -> None:
        self._socks, self._make = socks, make
        self._addresses = [sock.getsockname()[:2] for sock in socks]
        self._servers: list[asyncio.Server] = []
        self.state = ""

    async def serve(self) -> None:
        """Accept connections."""
        loop = asyncio.get_running_loop()
        self._servers = [await loop.create_server(self._make, sock=s) for s in self._socks]

    async def become(self, state: str) -> None:
        """Change the state.

        Raises :class:`CannotDeliverError` and serves, if it cannot be silent, and
        :class:`OnshiError` if somebody else has the port by now.
        """
        if state == self.state:
            return
        if self.state == "closed":
            self._socks = self._socks or self._bound()
            for sock in self._socks:
                _share(sock, True)
                sock.listen(128)
            await self.serve()
        for sock in self._socks if self.state == "silent" else ():
            hear_again(sock)
        self.state = ""
        if state == "silent":
            for sock in self._socks:
                silence(sock)
        elif state == "closed":
            self._unserve()
            self._socks, self.state = [], state
            self._socks = self._bound()
            for sock in self._socks:
                _share(sock, False)
        self.state = state

    def _bound(self) -> list[socket.socket]:
        return [bound_socket(host, port) for host, port in self._addresses]

    def close(self) -> None:
        """Give the port back."""
        self._unserve()
        for sock in self._socks:
            sock.close()

    def _unserve(self) -> None:
        for server in self._servers:
            server.close()
        self._servers = []


def _share(sock: socket.socket, shared: bool) -> None:
    """Whether others may have the port of a socket that does not listen.

    It takes the port over from connections that have just ended; then it is ours alone.
    """
    if sys.platform != "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))

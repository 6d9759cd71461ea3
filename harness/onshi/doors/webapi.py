"""The WebAPI door: HTTPS on two listeners, as in reality.

The login host wants a client certificate, the search host does not (facts: oqs page, section
1.3). One context cannot do both: swapping contexts by server name leaves the certificate
optional (experiments page), so each has a port of its own. The eligibility system behind is a
``HttpService``; this door adds the wire, and what a fault does to it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from functools import partial

from onshi import pki
from onshi.doors.backstage import Backstage
from onshi.doors.talk import Talk
from onshi.doors.wire import Line, LoopThread, listening_sockets
from onshi.errors import OnshiError

__all__ = ["WebApiDoor"]


class WebApiDoor:
    """HTTPS for any program, at addresses that stay the same for the life of the door.

    ``login_port`` and ``search_port``: 0 picks a free one. A desk is attached and detached; in
    between every request is answered 503. ``host`` other than loopback is for ``--listen``: the
    shipped certificate names localhost and the production hosts only.
    """

    def __init__(
        self, *, login_port: int = 0, search_port: int = 0, host: str = "127.0.0.1"
    ) -> None:
        self._host = host
        self._ports = {"auth": login_port, "search": search_port}
        self._files = pki.files()
        self._thread: LoopThread | None = None
        self._servers: list[asyncio.Server] = []
        self._backstage: Backstage | None = None
        self._lines: set[Line] = set()

    # ------------------------------------------------------------------ life
    def start(self) -> None:
        """Bind both listeners. Raises :class:`OnshiError` when a port cannot be had."""
        if self._thread is not None:
            return
        bound: dict[str, list[socket.socket]] = {}
        try:
            for service, port in self._ports.items():
                bound[service] = listening_sockets(self._host, port)
        except BaseException:
            for socks in bound.values():
                for sock in socks:
                    sock.close()
            raise
        self._ports = {service: socks[0].getsockname()[1] for service, socks in bound.items()}
        self._thread = LoopThread.acquire()
        self._thread.run(self._listen(bound))

    def attach(self, backstage: Backstage) -> None:
        """Serve this desk from now on; connections from before are closed."""
        self._switch(backstage)

    def detach(self) -> None:
        """Let go of the desk: every open connection is closed, whatever it was waiting for."""
        self._switch(None)

    def close(self) -> None:
        """Close connections and listeners. A closed door can be started again."""
        if self._thread is None:
            return
        self.detach()
        self._thread.run(self._unlisten())
        self._thread.release()
        self._thread = None

    # ------------------------------------------------------------- addresses
    @property
    def url(self) -> str:
        """Base of the login address, without a path. Raises :class:`OnshiError` unstarted."""
        return self._url("auth")

    @property
    def search_url(self) -> str:
        """Base of the search address, without a path. Raises :class:`OnshiError` unstarted."""
        return self._url("search")

    def env(self) -> dict[str, str]:
        """What a program under test is told."""
        files = self._files
        return {
            "ONSHI_WEBAPI_URL": self.url,
            "ONSHI_WEBAPI_SEARCH_URL": self.search_url,
            "ONSHI_WEBAPI_CA": str(files.ca),
            "ONSHI_WEBAPI_CERT": str(files.client_cert),
            "ONSHI_WEBAPI_KEY": str(files.client_key),
            "ONSHI_WEBAPI_P12": str(files.client_p12),
            "ONSHI_WEBAPI_P12_PASSWORD": files.password,
            "ONSHI_WEBAPI_TRUSTSTORE": str(files.truststore),
        }

    def _url(self, service: str) -> str:
        if not self._ports[service]:
            raise OnshiError("the WebAPI door has no address yet: start() it first")
        return f"https://localhost:{self._ports[service]}"

    # ----------------------------------------------------------- on the loop
    def _switch(self, backstage: Backstage | None) -> None:
        if self._thread is None:
            if backstage is not None:
                raise OnshiError("a desk cannot be attached to a closed WebAPI door: start() it")
            return
        self._thread.run(self._replace(backstage))

    async def _replace(self, backstage: Backstage | None) -> None:
        self._backstage = backstage
        await asyncio.gather(*(line.drop() for line in list(self._lines)))

    async def _listen(self, bound: dict[str, list[socket.socket]]) -> None:
        loop = asyncio.get_running_loop()
        for service, socks in bound.items():
            context = _context(self._files, client_certificate=service == "auth")
            make = partial(Line, partial(self._serve, service, context))
            self._servers += [await loop.create_server(make, sock=sock) for sock in socks]

    async def _unlisten(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        await asyncio.gather(*(line.drop() for line in list(self._lines)))

    async def _serve(self, service: str, context: ssl.SSLContext, line: Line) -> None:
        self._lines.add(line)
        try:
            await Talk(line, service, context, self._backstage).run()
        finally:
            self._lines.discard(line)


def _context(files: pki.PkiFiles, *, client_certificate: bool) -> ssl.SSLContext:
    """TLS 1.2 and 1.3 without session resumption, so that every handshake is a whole one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.server_cert, files.server_key)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    if client_certificate:
        context.load_verify_locations(files.ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context

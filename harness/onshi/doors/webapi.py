"""The WebAPI door: HTTPS on two listeners, as in reality.

The login host wants a client certificate, the search host does not (facts: oqs page, section
1.3). One context cannot do both: swapping contexts by server name leaves the certificate
optional (experiments page), so each has a port of its own. Programs with the production host
names built in come by the proxy, or by a hosts entry and the named listener; there the name
decides before TLS begins. The eligibility system behind is a ``HttpService``; this door adds the
wire, and what a fault does to it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from functools import partial

from onshi import pki
from onshi.doors.backstage import Backstage
from onshi.doors.faces import OWN, Faces
from onshi.doors.interference import Interference
from onshi.doors.named import named_service
from onshi.doors.notes import Notes
from onshi.doors.ports import SERVICES, Listener
from onshi.doors.proxy import proxied_service
from onshi.doors.talk import Talk
from onshi.doors.wire import Line, LoopThread, listening_sockets
from onshi.eligibility.api import PRODUCTION_LOGIN
from onshi.errors import OnshiError

__all__ = ["WebApiDoor"]


class WebApiDoor:
    """HTTPS for any program, at addresses that stay the same for the life of the door.

    ``login_port``, ``search_port``, ``proxy_port`` and ``named_port``: 0 picks a free one. There
    is a named listener only when ``named_port`` is given. A desk is attached and detached; in
    between every request is answered 503. ``host`` other than loopback is for ``--listen``: then
    the certificates are made for it, unless ``files`` gives others.
    """

    def __init__(
        self,
        *,
        login_port: int = 0,
        search_port: int = 0,
        proxy_port: int = 0,
        named_port: int | None = None,
        host: str = "127.0.0.1",
        files: pki.PkiFiles | None = None,
    ) -> None:
        self._host = host
        self._ports = {"auth": login_port, "search": search_port, "proxy": proxy_port}
        if named_port is not None:
            self._ports["named"] = named_port
        self._files = files or pki.files_for(host)
        self._faces = Faces(self._files)
        self._thread: LoopThread | None = None
        self._listeners: dict[str, Listener] = {}
        self._backstage: Backstage | None = None
        self._lines: dict[Line, str] = {}
        self._shut: dict[object, tuple[frozenset[str], str]] = {}

    # ------------------------------------------------------------------ life
    def start(self) -> None:
        """Bind every listener. Raises :class:`OnshiError` when a port cannot be had."""
        if self._thread is not None:
            return
        bound: dict[str, list[socket.socket]] = {}
        try:
            for what, port in self._ports.items():
                bound[what] = listening_sockets(self._host, port)
        except BaseException:
            for socks in bound.values():
                for sock in socks:
                    sock.close()
            raise
        self._ports = {what: socks[0].getsockname()[1] for what, socks in bound.items()}
        self._thread = LoopThread.acquire()
        self._thread.run(self._listen(bound))

    def attach(self, backstage: Backstage) -> None:
        """Serve this desk from now on; connections from before are closed.

        Raises :class:`OnshiError` for a fault at work that this machine cannot play.
        """
        self._switch(backstage)
        try:
            backstage.ports(self)
        except OnshiError:
            self.detach()
            raise

    def detach(self) -> None:
        """Let go of the desk: every open connection is closed, whatever it was waiting for."""
        if self._backstage is not None:
            self._backstage.ports(None)
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

    @property
    def proxy_url(self) -> str:
        """The proxy that leads to the production host names. Raises as :attr:`url` does."""
        address = "127.0.0.1" if self._shown == "localhost" else self._shown
        return f"http://{address}:{self._port('proxy')}"

    @property
    def named_url(self) -> str:
        """The login address behind a hosts entry, as a program with the name built in has it.

        Raises :class:`OnshiError` when there is no named listener.
        """
        if "named" not in self._ports:
            raise OnshiError("this door has no listener for a hosts entry: choose a named_port")
        port = self._port("named")
        return PRODUCTION_LOGIN if port == 443 else f"{PRODUCTION_LOGIN}:{port}"

    def env(self) -> dict[str, str]:
        """What a program under test is told."""
        files = self._files
        return {
            "ONSHI_WEBAPI_URL": self._told("auth"),
            "ONSHI_WEBAPI_SEARCH_URL": self._told("search"),
            "ONSHI_WEBAPI_CA": str(files.ca),
            "ONSHI_WEBAPI_CERT": str(files.client_cert),
            "ONSHI_WEBAPI_KEY": str(files.client_key),
            "ONSHI_WEBAPI_P12": str(files.client_p12),
            "ONSHI_WEBAPI_P12_PASSWORD": files.password,
            "ONSHI_WEBAPI_EXPIRED_CERT": str(files.client_expired),
            "ONSHI_WEBAPI_EXPIRED_P12": str(files.client_expired_p12),
            "ONSHI_WEBAPI_TRUSTSTORE": str(files.truststore),
            "ONSHI_PROXY_URL": self.proxy_url,
        }

    def _told(self, service: str) -> str:
        """The address that a program is told, which may lead nowhere by now."""
        if self._wanted(frozenset({service})) == "unresolved":
            return f"https://{UNRESOLVABLE}:{self._port(service)}"
        return self._url(service)

    def _url(self, service: str) -> str:
        return f"https://{self._shown}:{self._port(service)}"

    def _port(self, what: str) -> int:
        if not self._ports[what]:
            raise OnshiError("the WebAPI door has no address yet: start() it first")
        return self._ports[what]

    @property
    def _shown(self) -> str:
        """The host as it stands in an address."""
        if self._host in ("127.0.0.1", "0.0.0.0", "::"):
            return "localhost"
        return f"[{self._host}]" if ":" in self._host else self._host

    # ----------------------------------------------------------- on the loop
    def _switch(self, backstage: Backstage | None) -> None:
        if self._thread is None:
            if backstage is not None:
                raise OnshiError("a desk cannot be attached to a closed WebAPI door: start() it")
            return
        self._thread.run(self._replace(backstage))

    async def _replace(self, backstage: Backstage | None) -> None:
        self._backstage = backstage
        self._shut.clear()
        await self._settle()
        await asyncio.gather(*(line.drop() for line in list(self._lines)))

    async def _listen(self, bound: dict[str, list[socket.socket]]) -> None:
        for asks in (True, False):
            self._faces.context(OWN, asks=asks)
        for what, socks in bound.items():
            make = partial(Line, partial(self._serve, _CHOICES.get(what, _always(what))))
            self._listeners[what] = Listener(socks, make)
            await self._listeners[what].serve()

    async def _unlisten(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()
        await asyncio.gather(*(line.drop() for line in list(self._lines)))

    async def _serve(self, choose: _Choice, line: Line) -> None:
        self._lines[line] = ""
        backstage = self._backstage
        notes = Notes(backstage)
        try:
            service = await choose(line, notes, Interference(line, backstage, notes))
            if service is not None:
                self._lines[line] = service
                await Talk(line, service, self._faces, backstage, notes).run()
        finally:
            del self._lines[line]

    # ------------------------------------------------------------ shut by faults
    def shut(self, services: frozenset[str], how: str) -> Callable[[], None]:
        """See :class:`onshi.seams.Ports`. A port that leads to both is shut if both are."""
        key = object()
        self._shut[key] = (services, how)
        try:
            self._resettle()
        except BaseException:
            self._open(key)
            raise
        return partial(self._open, key)

    def _open(self, key: object) -> None:
        if self._shut.pop(key, None) is not None:
            self._resettle()

    def _resettle(self) -> None:
        if self._thread is not None:
            self._thread.run(self._settle())

    async def _settle(self) -> None:
        """Bring every listener and every connection into the state that faults ask for."""
        wanted = {s: self._wanted(frozenset({s})) for s in SERVICES}
        both = self._wanted(SERVICES)
        for what, listener in self._listeners.items():
            how = wanted.get(what, both)
            await listener.become("" if how == "unresolved" else how)
        for line, service in list(self._lines.items()):
            state = wanted.get(service, both)
            if state == "silent" and self._backstage is not None:
                line.fall_silent(self._backstage.deadline * self._backstage.clock.scale)
            else:
                line.hear_again()
            if state == "closed":
                await line.drop()

    def _wanted(self, services: frozenset[str]) -> str:
        """How the first fault that is about all of these services shuts them; "": not at all."""
        return next((how for about, how in list(self._shut.values()) if services <= about), "")


UNRESOLVABLE = "onshi-unresolvable.invalid"
"""A name that no resolver may ever know (RFC 6761, section 6.4)."""

_Choice = Callable[[Line, Notes, Interference], Awaitable[str | None]]
"""How a listener finds out which service a connection is for."""

_CHOICES: dict[str, _Choice] = {"proxy": proxied_service, "named": named_service}


def _always(service: str) -> _Choice:
    async def choose(line: Line, notes: Notes, faults: Interference) -> str:
        return service

    return choose

"""From settings to a process that serves: certificates, addresses, the first desk, the API."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onshi import pki
from onshi.catalogue.load import load_profile
from onshi.catalogue.records import Profile
from onshi.clinic import site_of
from onshi.clock import today
from onshi.config import Config, Waiver, waivers_of
from onshi.endpoints import Endpoints
from onshi.errors import OnshiError
from onshi.reports.about import about
from onshi.reports.baseline import known_breaks
from onshi.reports.run import read_rows
from onshi.serve.counter import Counter, House, World
from onshi.serve.hub import FIRST, Hub
from onshi.serve.ledger import Ledger
from onshi.serve.server import LOOPBACK, ControlServer
from onshi.suite import planned

if TYPE_CHECKING:
    from onshi.journal import Lane
    from onshi.seams import CardLink
    from onshi.trace import Trace

__all__ = ["TOKEN", "Options", "Running", "start"]

TOKEN = "ONSHI_CONTROL_TOKEN"
_PCSC = ("pcsc",) if hasattr(socket, "AF_UNIX") else ()
_DOORS = (*_PCSC, "webapi", "folder", "face")
"""Windows has no Unix sockets for Python, and its PC/SC service no path to be pointed elsewhere."""
_ANY = ("0.0.0.0", "::")


@dataclass(frozen=True)
class Options:
    """What a command is told beside ``[tool.onshi]``. Ports: 0 is any free one.

    ``vpcd`` is the address of a driver to hold the card to; ``socket_too``: beside our own socket,
    not instead of it. ``listen`` is an address for other machines, "" for this one alone;
    ``names`` are further names by which they call it. ``faults`` are (name, schedule, settings).
    ``card`` and ``trace`` are as for :class:`onshi.Desk`, at the first desk.
    """

    troubles: tuple[str, ...] = ()
    faults: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = ()
    listen: str = ""
    names: tuple[str, ...] = ()
    control_port: int = 0
    named_port: int | None = None
    proxy_port: int = 0
    vpcd: tuple[str, int] | None = None
    socket_too: bool = False
    card: Callable[[Lane], CardLink] | None = None
    trace: Trace | None = None

    @property
    def doors(self) -> tuple[str, ...]:
        """What the first desk opens. With the card in a vpcd reader alone, faults of the reader are
        refused: only our socket can bring them about, and they would seem to have been met.
        """
        if self.vpcd is None:
            return _DOORS
        return (*_DOORS, "vpcd") if self.socket_too else ("vpcd", *_DOORS[len(_PCSC) :])


@dataclass(frozen=True)
class Running:
    """The desks and their control API, bound and not yet serving."""

    hub: Hub
    server: ControlServer

    @property
    def first(self) -> Counter:
        """The desk that is there from the start."""
        return self.hub.desk(FIRST)

    def env(self) -> dict[str, str]:
        """What programs and drivers are told."""
        return {**self.first.env, **self.server.env()}

    def close(self) -> None:
        """Close everything. Idempotent."""
        self.hub.closing = True
        self.server.close()
        self.hub.close()


def start(config: Config, home: Path, options: Options) -> Running:
    """Open everything. ``home`` is the folder that the settings are relative to.

    Raises :class:`OnshiError`: an unknown name, a port in use, a folder that cannot be written,
    an address that this machine does not have.
    """
    profiles = [load_profile(p) for p in config.profile]
    public = bool(options.listen) and options.listen not in LOOPBACK
    names = _names(options) if public else LOOPBACK
    certificates = pki.for_names(names) if public else pki.files()
    where: dict[str, Any] = {"host": options.listen or "127.0.0.1", "pki": certificates}
    server = ControlServer(
        token=_token(),
        host=where["host"],
        port=options.control_port,
        names=names,
        pki=certificates if public else None,
    )
    try:
        waivers = waivers_of(config, home)
        ledger = _ledger(config, home, profiles, waivers)
        house = House(
            config=config,
            profile=profiles[0] if profiles else None,
            site=site_of(config, home),
            pki=certificates,
            waivers=waivers + _known(config),
            reproduce=" ".join(["onshi serve", *(f"--profile={p}" for p in config.profile)]),
        )
        endpoints = Endpoints(
            folder=Path(config.folder).expanduser().absolute() if config.folder else None,
            webapi_port=config.webapi_port,
            named_port=options.named_port,
            proxy_port=options.proxy_port,
            vpcd=options.vpcd,
            **where,
        )
        hub = Hub(house, _world(config, options), endpoints, ledger, _further(where))
    except BaseException:
        server.close()
        raise
    return Running(hub, server)


def _names(options: Options) -> tuple[str, ...]:
    """By which names other machines call this one; the first is the one that is shown."""
    from onshi.pki.own import names_of

    found = [*options.names, *names_of(options.listen)]
    if options.listen not in _ANY:
        found.insert(0, options.listen)
    if not found:
        raise OnshiError("this machine has no name: say how others call it with --name")
    return tuple(dict.fromkeys(found))


def _token() -> str:
    given = os.environ.get(TOKEN, "")
    if given and not (given.isascii() and given.isprintable() and " " not in given):
        raise OnshiError(f"{TOKEN} holds letters, digits and signs of ASCII without spaces")
    return given or secrets.token_urlsafe(24)


def _ledger(
    config: Config, home: Path, profiles: list[Profile], waivers: tuple[Waiver, ...]
) -> Ledger:
    date = config.date or (profiles[0].date.isoformat() if profiles else today().isoformat())
    folder = Path(config.journal).expanduser().absolute() if config.journal else None
    ledger = Ledger(
        config,
        planned(config, profiles),
        date,
        waivers=waivers,
        folder=folder,
        about=about(config, home),
    )
    ledger.start()
    return ledger


def _known(config: Config) -> tuple[Waiver, ...]:
    """What a former run broke, where the settings name one (``baseline``)."""
    return known_breaks(read_rows(Path(config.baseline))) if config.baseline else ()


def _world(config: Config, options: Options) -> World:
    return World(
        seed=config.seed,
        date=config.date or (None if config.profile else "now"),
        doors=options.doors,
        reader_name=config.reader_name,
        time_scale=config.time_scale,
        deadline=config.deadline,
        troubles=options.troubles,
        faults=options.faults,
        card=options.card,
        trace=options.trace,
    )


def _further(where: dict[str, Any]) -> Any:
    """How a further desk gets its addresses: free ports on the same address."""

    def make(*, folder: Path | None = None) -> Endpoints:
        return Endpoints(folder=folder, **where)

    return make

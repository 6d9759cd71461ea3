"""The doors of one desk: which are open, at which addresses, and how they close."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from onshi.endpoints import Endpoints, process_endpoints
from onshi.errors import OnshiError, UnknownNameError

if TYPE_CHECKING:
    from onshi.doors.backstage import Backstage
    from onshi.doors.responses import ResponsesDoor
    from onshi.journal import Journal
    from onshi.reader import ReaderEngine
    from onshi.seams import ReaderCalls

__all__ = ["DOORS", "SURFACES", "Entrance", "check_doors"]

DOORS = ("pcsc", "vpcd", "webapi", "responses", "folder", "face")
SURFACES = {
    "pcsc": "pcsc",
    "vpcd": "pcsc",
    "webapi": "webapi",
    "responses": "webapi",
    "folder": "folder",
    "face": "face",
}


def check_doors(*names: str) -> None:
    """Raises :class:`UnknownNameError` for a door that does not exist."""
    for name in names:
        if name not in DOORS:
            raise UnknownNameError("door", name, DOORS)


class Entrance:
    """``asked`` are the doors that the desk was made with. ``backstage`` is what the doors of the
    eligibility side are given, ``reader`` and ``calls`` those of the card side.

    ``endpoints``: given ones, else the process' own, else (``in_process`` is not wanted, or another
    desk has them) a set made for this desk and closed with it. Raises :class:`OnshiError` when
    ``in_process`` is wanted and another desk has the process' set.
    """

    def __init__(
        self,
        asked: tuple[str, ...],
        *,
        endpoints: Endpoints | None,
        in_process: bool | None,
        backstage: Callable[[], Backstage],
        reader: ReaderEngine,
        calls: ReaderCalls,
        journal: Journal,
        keep_contexts: bool,
    ) -> None:
        self._asked, self._backstage = asked, backstage
        self._reader, self._calls, self._journal = reader, calls, journal
        self._keep_contexts = keep_contexts
        self._responses: ResponsesDoor | None = None
        self._own = False
        self.open_doors: set[str] = set()
        self.endpoints = self._take(endpoints, in_process)

    def _take(self, given: Endpoints | None, in_process: bool | None) -> Endpoints:
        if given is not None:
            given.taken.acquire(blocking=False)
            return given
        shared = process_endpoints()
        if in_process is not False and shared.taken.acquire(blocking=False):
            return shared
        if in_process:
            raise OnshiError(
                "another desk of this process is open and has its PC/SC socket: in-process "
                "pyscard can reach only one; close it, or use this desk from child processes"
            )
        self._own = True
        own = Endpoints()
        own.taken.acquire()
        return own

    @property
    def doors(self) -> tuple[str, ...]:
        """Those asked for, and those opened since."""
        return (*self._asked, *self.open_doors)

    @property
    def surfaces(self) -> frozenset[str]:
        """What a program can use here."""
        return frozenset(SURFACES[d] for d in self.doors)

    @property
    def within_reach(self) -> frozenset[str]:
        """The doors that are open or may be; beside vpcd, no other door to PC/SC may."""
        asked = self.doors if "vpcd" in self.doors else DOORS
        return frozenset(d for d in DOORS if d in asked or SURFACES[d] != "pcsc")

    def open(self, door: str) -> None:
        """Open a door, once. Raises :class:`UnknownNameError`, :class:`OnshiError`."""
        check_doors(door)
        real = "folder" if door == "face" else door
        if real in self.open_doors:
            return
        ends = self.endpoints
        if real == "pcsc":
            ends.pcsc.attach(self._reader, self._calls, keep_contexts=self._keep_contexts)
        elif real == "vpcd":
            ends.vpcd.attach(self._reader, self._journal)
        elif real == "webapi":
            ends.webapi.attach(self._backstage())
        elif real == "folder":
            ends.folder.attach(self._backstage())
        else:
            self._open_responses()
        self.open_doors.add(real)

    def _open_responses(self) -> None:
        from onshi.doors.responses import ResponsesDoor

        login, search = [], []
        if "webapi" in self._asked:
            login, search = [self.endpoints.webapi.url], [self.endpoints.webapi.search_url]
        self._responses = ResponsesDoor()
        self._responses.open(self._backstage(), login_urls=login, search_urls=search)

    def env(self) -> dict[str, str]:
        """The addresses of what is open."""
        found: dict[str, str] = {}
        if "pcsc" in self.open_doors:
            found.update(self.endpoints.pcsc.env())
        if "webapi" in self.open_doors:
            found.update(self.endpoints.webapi.env())
        if "folder" in self.open_doors:
            found["ONSHI_FOLDER"] = str(self.endpoints.folder.root)
        return found

    def close(self) -> None:
        """Leave every door; the addresses live on, but for a set of this desk's own."""
        if self._responses is not None:
            self._responses.close()
        for name in ("vpcd", "pcsc", "webapi", "folder"):
            if name in self.open_doors:
                getattr(self.endpoints, name).detach()
        if self._own:
            self.endpoints.close()
        self.endpoints.taken.release()

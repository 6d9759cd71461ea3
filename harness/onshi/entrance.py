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

DOORS = ("pcsc", "pyscard", "vpcd", "webapi", "responses", "folder", "face")
SURFACES = {
    "pcsc": "pcsc",
    "pyscard": "pcsc",
    "vpcd": "pcsc",
    "webapi": "webapi",
    "responses": "webapi",
    "folder": "folder",
    "face": "face",
}


_ONE_OF_TWO = (
    "pcsc and pyscard are two ways to the same reader, and a program in this process can go only "
    "one: choose pyscard for Python code in this process without libpcsclite, else pcsc"
)
_ONE_DESK = (
    "another desk of this process is open and has its way to PC/SC: in-process pyscard can reach "
    "only one; close it, or use this desk from child processes (door pcsc)"
)
_NOT_ELSEWHERE = (
    "the door {door} is in this very process here, and a program in another one cannot reach it: "
    "use the door vpcd, or a machine with libpcsclite"
)


def check_doors(*names: str) -> None:
    """Raises :class:`UnknownNameError` for a door that does not exist."""
    for name in names:
        if name not in DOORS:
            raise UnknownNameError("door", name, DOORS)


class Entrance:
    """``asked`` are the doors that the desk was made with. ``backstage`` is what the doors of the
    eligibility side are given; those of the card side are given ``reader``, with the faults that
    ``chain`` puts around it. ``flavour`` is for the door ``pyscard``.

    The door ``pcsc`` is the pcscd socket; for programs in this very process it is the pyscard
    patch where there are no Unix sockets or no libpcsclite, and pyscard is installed.

    ``endpoints``: given ones, else the process' own, else (``in_process`` is not wanted, or another
    desk has them) a set made for this desk and closed with it. Raises :class:`OnshiError` when
    ``in_process`` is wanted, as for ``pyscard``, and another desk has the process' set, and for
    doors that exclude each other.
    """

    def __init__(
        self,
        asked: tuple[str, ...],
        *,
        endpoints: Endpoints | None,
        in_process: bool | None,
        backstage: Callable[[], Backstage],
        reader: ReaderEngine,
        chain: Callable[[ReaderCalls], ReaderCalls],
        flavour: str | None,
        journal: Journal,
        keep_contexts: bool,
    ) -> None:
        self._asked, self._backstage = asked, backstage
        self._reader, self._chain, self._journal = reader, chain, journal
        self._keep_contexts, self._flavour = keep_contexts, flavour
        self._in_process = in_process
        self._responses: ResponsesDoor | None = None
        self._own = False
        self._also_taken: Endpoints | None = None
        self.open_doors: set[str] = set()
        if "pyscard" in asked and "pcsc" in asked:
            raise OnshiError(_ONE_OF_TWO)
        self.endpoints = self._take(endpoints, in_process)

    def _take(self, given: Endpoints | None, in_process: bool | None) -> Endpoints:
        if given is not None:
            given.taken.acquire(blocking=False)
            return given
        if "pyscard" in self._asked:
            if in_process is False:
                raise OnshiError(_NOT_ELSEWHERE.format(door="pyscard"))
            in_process = True
        shared = process_endpoints()
        if in_process is not False and shared.taken.acquire(blocking=False):
            return shared
        if in_process:
            raise OnshiError(_ONE_DESK)
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
        """The doors that are open or may be; beside vpcd, no other door to PC/SC may.

        pcsc and pyscard exclude each other, and which of them it is counts: what a fault can
        bring about differs.
        """
        doors = {self._real(d) for d in self.doors}
        if "vpcd" not in doors:
            doors |= {"vpcd"} if "pyscard" in doors else {"vpcd", "pcsc"}
        return frozenset(d for d in DOORS if d in doors or SURFACES[d] != "pcsc")

    def _real(self, door: str) -> str:
        """The door that is meant: pcsc may have to be the patch; face is the folder's."""
        if door == "face":
            return "folder"
        return "pyscard" if door == "pcsc" and self.endpoints.by_patch else door

    def open(self, door: str) -> None:
        """Open a door, once. Raises :class:`UnknownNameError`, :class:`OnshiError`."""
        check_doors(door)
        real = self._real(door)
        if real in self.open_doors:
            return
        if {real, *self.open_doors} >= {"pcsc", "pyscard"}:
            raise OnshiError(_ONE_OF_TWO)
        ends = self.endpoints
        if real == "pcsc":
            self._open_socket()
        elif real == "pyscard":
            self._open_patch()
        elif real == "vpcd":
            ends.vpcd.attach(self._reader, self._journal)
        elif real == "webapi":
            ends.webapi.attach(self._backstage())
        elif real == "folder":
            ends.folder.attach(self._backstage())
        else:
            self._open_responses()
        self.open_doors.add(real)

    def _open_socket(self) -> None:
        if self._flavour not in (None, "linux"):
            raise OnshiError(
                f"the flavour {self._flavour} is for the door pyscard: at the door pcsc it is "
                'libpcsclite that answers. Use doors=("pyscard",)'
            )
        calls = self._chain(self._reader)
        self.endpoints.pcsc.attach(self._reader, calls, keep_contexts=self._keep_contexts)

    def _open_patch(self) -> None:
        from onshi.doors.pyscard_flavour import flavour_named

        if self._in_process is False:
            raise OnshiError(_NOT_ELSEWHERE.format(door="pcsc"))
        if not self.endpoints.in_process:
            shared = process_endpoints()
            if not shared.taken.acquire(blocking=False):
                raise OnshiError(_ONE_DESK)
            self._also_taken = shared
        self.endpoints.pyscard.attach(
            self._reader,
            self._chain,
            flavour_named(self._flavour),
            keep_contexts=self._keep_contexts,
        )

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
        for name in ("vpcd", "pcsc", "pyscard", "webapi", "folder"):
            if name in self.open_doors:
                getattr(self.endpoints, name).detach()
        if self._own:
            self.endpoints.close()
        self.endpoints.taken.release()
        if self._also_taken is not None:
            self._also_taken.taken.release()

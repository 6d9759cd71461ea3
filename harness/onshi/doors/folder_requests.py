"""How request files are found, waited for and answered."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from onshi.doors.folder_exchange import Exchange, Request
from onshi.doors.folder_session import FolderSession
from onshi.doors.folder_stay import LeftOvers
from onshi.doors.folder_wrapping import Wrapping
from onshi.eligibility.exchange import ExchangeService
from onshi.eligibility.kinds import kind_of, unserved_kind
from onshi.eligibility.xml import MAX_BULK_BYTES

__all__ = ["Requests"]

_KIND = re.compile(r"([A-Za-z]{3,9}\d{2}req)_")


class Requests:
    """What lies in ``req`` of a session.

    A request is taken once it parses and its writer has closed it, as notifications tell; where
    there are none, once it was the same at two looks. One that does not parse has ``settle``
    seconds to stay the same before it counts as malformed and not as half written.
    """

    def __init__(
        self, session: FolderSession, service: ExchangeService, wrapping: Wrapping, settle: float
    ) -> None:
        self._session, self._settle = session, settle
        self._service, self._wrapping = service, wrapping
        self._left = LeftOvers(session)
        self._folder = str(session.root / "req")
        self._seen: dict[str, _Look] = {}

    def look(self) -> bool:
        """One look; whether another is wanted soon, at a file that was not seen so before.

        Raises OSError when the folder cannot be read, or a request not be taken.
        """
        self._left.look()
        now = dict(_files(self._folder))
        if not now and not self._seen:
            return False
        for name in [n for n in self._seen if n not in now]:
            del self._seen[name]
        heard, soon = self._session.heard, False
        stuck: OSError | None = None
        for name in sorted(now):
            look = self._seen.get(name)
            fresh = look is None or look.mark != now[name]
            if look is None or fresh:
                look = self._seen[name] = _Look(now[name])
            if heard.being_written(name, now[name][0]):
                continue
            if fresh and not heard.whole(name):
                soon = True
            elif not look.ignored:
                try:
                    self._consider(name, look)
                except FileNotFoundError:
                    continue  # withdrawn
                except OSError as e:  # still locked by its writer; for long: a trouble
                    if time.monotonic() - look.since > self._settle:
                        stuck = e
        if stuck is not None:
            raise stuck
        return soon

    def _consider(self, name: str, look: _Look) -> None:
        """A file that no writer has open: take it, wait, or leave it alone."""
        session = self._session
        if look.left == session.round:
            return
        found, path = kind_of(name), Path(self._folder, name)
        request = Request.read(name, _read(path), self._wrapping) if found is not None else None
        if request is None:
            look.ignored = True
            session.lane().event("ignored", **_called(name))
            return
        if request.asked is None and time.monotonic() - look.since < self._settle:
            return
        if not session.backstage.takes(name, request.kind.family, request.inquiry):
            look.left = session.round
            return
        path.unlink()
        lane, arrived = session.lane(), self._left.arrived
        session.run(Exchange(request, self._service, self._wrapping, lane, arrived).run)


@dataclass
class _Look:
    """What a file was like when first seen so; ``mark`` is (size, mtime in ns, inode).

    ``left``: a fault has left it lying there, in this round of the session.
    """

    mark: tuple[int, int, int]
    since: float = field(default_factory=time.monotonic)
    ignored: bool = False
    left: int | None = None


def _files(folder: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    yield entry.name, (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            except FileNotFoundError:
                continue


def _called(name: str) -> dict[str, str]:
    """The kind of a request that is left alone, and why where it is known."""
    unserved, kind = unserved_kind(name), _KIND.match(name)
    why = {"why": unserved.why} if unserved is not None else {}
    return {"kind": kind[1] if kind else "other", **why}


def _read(path: Path) -> bytes:
    """No more than any request may have, and one byte that says that it has more."""
    with path.open("rb") as f:
        return f.read(MAX_BULK_BYTES + 1)

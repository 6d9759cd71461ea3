"""Results that nobody fetched: gone after a while, as a setting of the 連携アプリケーション has it.

The public source knows the key ``ResponseFileStayTime`` and that it is the minutes after which a
left-over result counts as 消し忘れ (facts: oqs page, section 1.1). That it is removed then is
inferred.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from onshi.doors.folder_place import STAGING
from onshi.doors.folder_session import FolderSession

__all__ = ["LeftOvers"]

_RESULT = re.compile(r"[A-Z]{3}[a-z]{5}\d\dres_.+", re.IGNORECASE)
_EVERY = 0.25


class LeftOvers:
    """``res`` of a session. Age is business time since a file arrived; for one that is not from
    here, since it was first seen, added to the age that it had by then. 0 minutes: nothing is
    ever removed.
    """

    def __init__(self, session: FolderSession) -> None:
        self._session, self._clock = session, session.backstage.clock
        self._stay = timedelta(minutes=session.backstage.site.folder_stay)
        self._folder = session.root / "res"
        self._since: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._looked = 0.0
        # The disk's own clock: the machine's may be set to the business date, a share's differ.
        self._disk = (session.root / STAGING).stat().st_mtime - time.monotonic()

    def arrived(self, name: str) -> None:
        """A result was written just now."""
        with self._lock:
            self._since[name] = self._clock.now()

    def look(self) -> None:
        """Remove what has lain there too long. Raises OSError where the disk does not let us."""
        now = time.monotonic()
        if not self._stay or now - self._looked < _EVERY:
            return
        self._looked, today = now, self._clock.now()
        with self._lock:
            there = dict(self._files(today))
            self._since = {name: self._since.get(name, since) for name, since in there.items()}
            old = [name for name, since in self._since.items() if today - since >= self._stay]
        for name in old:
            (self._folder / name).unlink(missing_ok=True)
        if old:
            self._session.lane().event("left_over_removed", where="res", files=len(old))

    def _files(self, today: datetime) -> Iterator[tuple[str, datetime]]:
        """Each result and since when it has been there, if it is seen for the first time."""
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if _RESULT.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield entry.name, today - timedelta(seconds=self._age(Path(entry.path)))

    def _age(self, path: Path) -> float:
        try:
            return max(0.0, self._disk + time.monotonic() - path.stat().st_mtime)
        except FileNotFoundError:
            return 0.0

"""Bulk requests: accepted at once under a 受付番号, done some time later.

A download asks by that number; until the work is done the answer is 処理中, and the client has to
ask again (facts: oqs page, section 2.5). How long the work takes and what a 受付番号 looks like is
ours: no public source says.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onshi.clock import Clock
from onshi.schedule import stream

__all__ = ["Jobs", "Reception"]

_POLL = 10.0
"""Simulated seconds that a question costs where time stands still unless somebody waits."""
_MOST = 1000
"""Receptions that are kept; the oldest is forgotten first."""


@dataclass(frozen=True)
class Reception:
    """One accepted upload of a ``family`` of messages (``muquc``), the ``again``-th of its bytes.

    ``result`` is what its download will say; None: the work never ends. ``identifier`` is the
    upload's own ArbitraryFileIdentifier.
    """

    number: str
    family: str
    at: datetime
    seconds: float
    result: Any
    identifier: str | None = None
    digest: str = ""
    again: int = 0


class Jobs:
    """The receptions of one desk. Numbers follow the seed and what was uploaded."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock, self._seed = clock, seed
        self._kept: dict[str, Reception] = {}
        self._lock = threading.Lock()

    def accept(
        self,
        family: str,
        upload: bytes,
        result: Any,
        *,
        seconds: float,
        identifier: str | None = None,
    ) -> Reception:
        """Take an upload, known by its bytes; ``seconds`` later, simulated, it is done."""
        at, digest = self._clock.now(), hashlib.sha256(upload).hexdigest()
        with self._lock:
            same = (r.again + 1 for r in self._kept.values() if r.digest == digest)
            again = max(same, default=0)
            while (number := self._number(family, digest, at, again)) in self._kept:
                again += 1
            reception = Reception(number, family, at, seconds, result, identifier, digest, again)
            self._kept[number] = reception
            if len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        return reception

    def _number(self, family: str, digest: str, at: datetime, again: int) -> str:
        rng = stream(self._seed, f"reception/{family}/{digest}/{again}")
        return f"{at:%Y%m%d}{rng.randrange(10**12):012d}"

    def find(self, family: str, number: str) -> Reception | None:
        """The reception of that number; None when there is none of this family."""
        found = self._kept.get(number.strip())
        return found if found is not None and found.family == family else None

    def done(self, reception: Reception) -> bool:
        """Whether its work is done. With a virtual clock every No brings the end nearer."""
        if reception.result is None:
            return False
        left = reception.seconds - (self._clock.now() - reception.at).total_seconds()
        if left > 0 and self._clock.virtual:
            self._clock.wait(min(_POLL, left))
        return left <= 0

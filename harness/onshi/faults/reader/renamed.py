"""The reader comes back under another name."""

from __future__ import annotations

import re
from typing import Literal, Protocol, runtime_checkable

from onshi.faults.base import FaultRun, fault
from onshi.faults.comings import Unplugging, after_looks
from onshi.seams import Seam

_LONGEST = 127


@runtime_checkable
class _Namer(Protocol):
    """Hands at a service that calls a reader otherwise when its plug is in another hole."""

    def name(self, reader: str | None = None) -> str: ...

    def index_of(self, name: str) -> int: ...

    def rename(self, name: str, new: str) -> None: ...


@fault("reader.renamed", Seam.READER, title="カードリーダーの名前が変わる")
class Renamed(Unplugging, frozen=True, kw_only=True):
    """Pulled during a call, Transmit unless ``match`` differs, and back with its card after
    ``looks`` more looks at the readers, or at once for 0.

    ``name`` is the new one. Without it the number at the end goes up by one, as the services do
    it: ``style = "pcscd"`` makes "… 00 00" "… 01 00", ``"windows"`` makes "… 0" "… 1". A
    program that has written the old name into its settings finds it nowhere. One that only waits
    for a change sees it as with ``reader.replugged``. Hands that cannot tell (a relay) leave the
    name as it is.
    """

    name: str = ""
    style: Literal["pcscd", "windows"] = "pcscd"
    looks: int = 0

    def __post_init__(self) -> None:
        if len(self.name.encode()) > _LONGEST or "\0" in self.name:
            raise ValueError(f"name has at most {_LONGEST} bytes: {self.name!r}")
        if self.looks < 0:
            raise ValueError(f"looks counts from 0, not {self.looks}")

    def come_back(self, run: FaultRun) -> None:
        if not (self.looks and after_looks(run, self.looks, run.hands.plug)):
            run.hands.plug()

    def leave(self, run: FaultRun) -> None:
        hands = run.hands
        hands.unplug()
        if isinstance(hands, _Namer):
            self._rename(hands, run)

    def _rename(self, hands: _Namer, run: FaultRun) -> None:
        old = hands.name()
        new = self.name or self.next_name(old)
        while not self.name and hands.index_of(new) >= 0:
            new = self.next_name(new)
        if hands.index_of(new) < 0:
            hands.rename(old, new)
            run.lane.event("renamed", name=new)

    def next_name(self, old: str) -> str:
        """What the service calls the reader next time."""
        if self.style == "windows":
            found = re.fullmatch(r"(.*) (\d{1,2})", old)
            return f"{found[1]} {int(found[2]) + 1}" if found else f"{old} 1"
        found = re.fullmatch(r"(.*) ([0-9A-F]{2}) ([0-9A-F]{2})", old)
        head, slot = (found[1], found[3]) if found else (old, "00")
        number = (int(found[2], 16) + 1) % 0x100 if found else 1
        return f"{head} {number:02X} {slot}"

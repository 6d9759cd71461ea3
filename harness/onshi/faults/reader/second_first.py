"""Another reader comes first in the list, and the card is not in it."""

from __future__ import annotations

from typing import Any, Literal, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import ReaderCalls, Seam

_LONGEST = 127


@runtime_checkable
class _Shelf(Protocol):
    """Hands with more than one reader at hand."""

    def add_reader(
        self, name: str, *, vendor: str = "", first: bool = False, broken: bool = False
    ) -> None: ...

    def index_of(self, name: str) -> int: ...

    def remove_reader(self, name: str) -> None: ...


@fault("reader.second_first", Seam.READER, title="別のカードリーダーが一覧の先頭にある")
class SecondFirst(Fault, frozen=True, kw_only=True):
    """From a program's first call on, whichever it is, until the fault is taken back.

    ``name`` is what the other is called. ``state``: an ``empty`` one answers as any without a
    card; a ``broken`` one is SCARD_STATE_UNAVAILABLE, and SCARD_E_READER_UNAVAILABLE to who
    wants to connect. A program that takes the first reader, whatever it is, never finds a card.
    """

    name: str = "Windows Hello for Business 00 00"
    state: Literal["empty", "broken"] = "empty"

    def __post_init__(self) -> None:
        if not 0 < len(self.name.encode()) <= _LONGEST or "\0" in self.name:
            raise ValueError(f"name has 1 to {_LONGEST} bytes: {self.name!r}")

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        return False if run.state.get("there") else None

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        shelf = run.hands
        run.state["there"] = True
        if isinstance(shelf, _Shelf) and shelf.index_of(self.name) < 0:
            shelf.add_reader(self.name, first=True, broken=self.state == "broken")
            run.at_end(lambda: self._take_away(shelf))
        return calls.call(name, client, args)

    def _take_away(self, shelf: _Shelf) -> None:
        if shelf.index_of(self.name) >= 0:
            shelf.remove_reader(self.name)

"""The reader vanishes from the list, and after a while comes back with its card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Hands, ReaderCalls, Seam


@runtime_checkable
class _Patient(Protocol):
    """Hands that know when programs look at the list of readers."""

    def after_looks(self, looks: int, then: Callable[[], None]) -> None: ...


@fault("reader.lost", Seam.READER, title="カードリーダーが認識されなくなる")
class Lost(Fault, frozen=True, kw_only=True):
    """The USB plug comes loose during a call, Transmit unless the schedule's ``match`` differs.

    It is back, with the card that was in it, when programs have looked ``polls`` more times at
    the readers (EstablishContext, or a fetch of the readers' states), or when one waits for a
    change; 0: it stays away. Hands that cannot tell (a relay) leave it away, too.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    polls: int = 3

    def __post_init__(self) -> None:
        if self.polls < 0:
            raise ValueError(f"polls counts from 0, not {self.polls}")

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        hands: Hands = run.hands
        hands.unplug()
        if self.polls and isinstance(hands, _Patient):
            hands.after_looks(self.polls, hands.plug)
        return calls.call(name, client, args)

"""Another program resets the card."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import Power, ReaderCalls, Seam


@runtime_checkable
class _Driver(Protocol):
    """Hands that can have the card powered."""

    def card_in(self, reader: str | None = None) -> Any: ...

    def drive(self, card: Any, action: Power) -> None: ...


@fault("reader.reset_by_other", Seam.READER, title="別のプログラムがカードをリセットする")
class ResetByOther(Fault, frozen=True, kw_only=True):
    """Just before a call: Transmit, unless the schedule's ``match`` names another or a command.

    Every handle answers SCARD_W_RESET_CARD until it reconnects, and the card has forgotten what
    was selected: a program that goes on after SCardReconnect as if nothing had happened reads
    nothing, or the wrong thing. A verified PIN outlives a warm reset, unless the card's knob
    says otherwise (docs/card.md).
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Transmit"})

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        driver = run.hands
        if isinstance(driver, _Driver):
            card = driver.card_in()
            if card is not None:
                driver.drive(card, Power.RESET)
        return calls.call(name, client, args)

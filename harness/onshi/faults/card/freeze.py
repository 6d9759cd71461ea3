"""The chip hangs and stays so until its power is cut."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, CardMuteError, Power, Seam

_AWAKE = -1


@fault("card.freeze", Seam.CARD, title="カードが固まり、電源を切るまで応答しない")
class Freeze(Fault, frozen=True, kw_only=True):
    """From the command it strikes at, nothing is answered until power goes off and on.

    The reader waits ``gives_up_after`` simulated seconds for each command, at most until the
    desk's deadline, and then says so: SCARD_E_NOT_TRANSACTED. A reset does not help, and leaves
    a card without an ATR. A reconnection with SCARD_UNPOWER_CARD does, and taking the card out.
    """

    gives_up_after: float = 2.0

    def __post_init__(self) -> None:
        if not self.gives_up_after >= 0:
            raise ValueError(f"gives_up_after is a number of seconds, not {self.gives_up_after}")

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        if names[0] == "POWER_OFF":
            run.state["frozen"] = _AWAKE
        if run.state.get("frozen", _AWAKE) == run.insertions:
            return True
        return False if names[0].startswith("POWER_") else None

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        run.state["frozen"] = run.insertions
        run.wait(self.gives_up_after)
        raise CardMuteError("the chip hangs")

    def power(self, action: Power, link: CardLink, run: FaultRun) -> bytes:
        raise CardMuteError("the chip hangs")

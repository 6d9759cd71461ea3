"""The first command after power-up fails, as it does with some readers and real cards."""

from __future__ import annotations

from onshi.faults.base import Fault, FaultRun, fault
from onshi.seams import CardLink, Seam


@fault("card.first_6f00", Seam.CARD, title="電源投入直後の最初のコマンドにカードがエラーを返す")
class First6F00(Fault, frozen=True, kw_only=True):
    """The first command after the card was powered up is answered 6F00 and not done.

    Seen with real cards (facts: card page, section 6); whoever sends it again is served. What
    counts are the power-ups: ``nth = 2`` is the second. Programs power a card up by connecting
    when nobody uses it, or by a reconnection with SCARD_UNPOWER_CARD; ``after_reset``: a warm
    reset makes the card do it again, too.
    """

    after_reset: bool = False

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        if names[0].startswith("POWER_"):
            if names[0] == "POWER_ON" or self.after_reset:
                run.state["first"] = names[0] != "POWER_OFF"
            return False
        return None if run.state.pop("first", False) else False

    def transmit(self, apdu: bytes, link: CardLink, run: FaultRun) -> bytes:
        return b"\x6f\x00"

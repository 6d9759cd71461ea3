"""Where a card stands, told from outside: by the commands it was sent and how they ended.

What the trace calls the current file, and what a recorded card answers by. Pure: no card needed.
"""

from __future__ import annotations

from onshi.card.apdu import SW, Command, Refusal, parse
from onshi.card.names import AP_IDS
from onshi.seams import Power

__all__ = ["CHANGE_KEY", "CHANGE_PIN", "Following", "understood"]

VERIFY, CHANGE_PIN, CHANGE_KEY = 0x20, 0x24, 0x32
_REFERRED = frozenset({VERIFY, CHANGE_PIN, CHANGE_KEY, 0x2A, 0x88})
"""Instructions whose P2 is 80 (the current file) or 80|SFI."""
_READ_BINARY, _READ_RECORD = 0xB0, 0xB2


def understood(apdu: bytes) -> Command | None:
    """The command, or None when its lengths disagree."""
    try:
        return parse(apdu)
    except Refusal:
        return None


class Following:
    """The current application and file, and what is known about PINs.

    ``ap`` is an id (``jpki``), the AID in hex of an application without one, or ``""``. ``pins``
    says by file how the last VERIFY ended: it separates states, it claims nothing about a card.
    """

    def __init__(self) -> None:
        self.ap = ""
        self.ef: int | None = None
        self.pins: dict[str, str] = {}
        self.changes = 0

    def power(self, action: Power) -> None:
        """The card was switched on, off or reset: nothing is selected."""
        self.ap, self.ef = "", None
        for pin, state in list(self.pins.items()):
            if not state.startswith("open"):
                continue
            if action is Power.RESET:
                self.pins[pin] = "open, reset"
            else:
                del self.pins[pin]

    def target(self, c: Command) -> int | None:
        """The file that a command means, None where it means none or none is current."""
        sfi = _sfi(c)
        return sfi if sfi else self.ef

    def by_sfi(self, c: Command) -> bool:
        """Whether the command names its file by a short identifier."""
        return bool(_sfi(c))

    def follow(self, apdu: bytes, answer: bytes) -> None:
        """A command was answered; ``answer`` may be too short to have a status word."""
        c = understood(apdu)
        if c is None or len(answer) < 2:
            return
        sw = int.from_bytes(answer[-2:], "big")
        if c.ins == 0xA4:
            self._selected(c, sw)
            return
        sfi = _sfi(c)
        if sfi and sw != SW.NOT_FOUND and sw >> 8 not in (0x6D, 0x6E):
            self.ef = sfi
        if c.data and c.ins == VERIFY:
            self._verified(sw)
        elif c.ins in (CHANGE_PIN, CHANGE_KEY) and sw == SW.OK:
            self.changes += 1

    def _selected(self, c: Command, sw: int) -> None:
        if sw != SW.OK:
            return
        if c.p1 == 0x04:
            aid = c.data.hex().upper()
            found = AP_IDS.get(aid, aid)
            if found != self.ap:
                self.pins = {k: v for k, v in self.pins.items() if not v.startswith("open")}
            self.ap, self.ef = found, None
        elif c.p1 == 0x02 and len(c.data) == 2:
            self.ef = int.from_bytes(c.data, "big")

    def _verified(self, sw: int) -> None:
        pin = f"{self.ap}/{self.ef}"
        if sw == SW.OK:
            self.pins[pin] = "open"
        elif sw >> 4 == 0x63C or sw in (0x6983, SW.BLOCKED):
            self.pins[pin] = f"{sw:04X}"


def _sfi(c: Command) -> int:
    """The short identifier in a command, 0 for none."""
    if c.ins == _READ_BINARY:
        return c.p1 & 0x1F if c.p1 & 0xE0 == 0x80 else 0
    if c.ins == _READ_RECORD:
        return c.p2 >> 3
    if c.ins in _REFERRED:
        return c.p2 & 0x1F if c.p2 & 0xE0 == 0x80 else 0
    return 0

"""One step per line of input, one line of output for each: milliseconds, tab, what came of it.

``raw`` as argument is pyscard's low level, which shows return codes; ``high`` its classes, which
raise exceptions. Knows nothing of onshi.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from smartcard import scard
from smartcard.scard import SCardGetErrorMessage

ACTIONS = {
    "leave": scard.SCARD_LEAVE_CARD,
    "reset": scard.SCARD_RESET_CARD,
    "unpower": scard.SCARD_UNPOWER_CARD,
}
MODES = {
    "": scard.SCARD_SHARE_SHARED,
    "exclusive": scard.SCARD_SHARE_EXCLUSIVE,
    "direct": scard.SCARD_SHARE_DIRECT,
}
ANY = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
PCI = {scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0, scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1}


def hexed(values: Any) -> str:
    return bytes(v & 0xFF for v in values).hex().upper()


class Raw:
    """SCard calls; an error is its code in hex."""

    def __init__(self) -> None:
        self.context = self.handle = self.protocol = 0

    def check(self, code: int) -> None:
        if code & 0xFFFFFFFF:
            raise LookupError(f"{code & 0xFFFFFFFF:08X}")

    def readers(self, rest: str) -> str:
        if not self.context:
            code, self.context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            self.check(code)
        code, names = scard.SCardListReaders(self.context, [])
        self.check(code)
        return "|".join(names)

    def connect(self, rest: str) -> str:
        name = self.readers("").split("|")[0]
        code, handle, protocol = scard.SCardConnect(self.context, name, MODES[rest], ANY)
        self.check(code)
        self.handle, self.protocol = handle, protocol
        return self.atr("")

    def atr(self, rest: str) -> str:
        code, _, _, _, atr = scard.SCardStatus(self.handle)
        self.check(code)
        return hexed(atr)

    def state(self, rest: str) -> str:
        name = self.readers("").split("|")[0]
        code, states = scard.SCardGetStatusChange(self.context, 0, [(name, 0)])
        self.check(code)
        return f"{states[0][1] & 0xFFFF & ~scard.SCARD_STATE_CHANGED:04X}"

    def apdu(self, rest: str) -> str:
        pci = PCI.get(self.protocol, scard.SCARD_PCI_T1)
        code, answer = scard.SCardTransmit(self.handle, pci, list(bytes.fromhex(rest)))
        self.check(code)
        return hexed(answer)

    def readall(self, rest: str) -> str:
        """READ BINARY until so many bytes came, as programs do that never expect none."""
        content = b""
        while len(content) < int(rest):
            content += bytes.fromhex(self.apdu(f"00B0{len(content):04X}00"))[:-2]
        return str(len(content))

    def reconnect(self, rest: str) -> str:
        code, self.protocol = scard.SCardReconnect(self.handle, MODES[""], ANY, ACTIONS[rest])
        self.check(code)
        return ""

    def begin(self, rest: str) -> str:
        self.check(scard.SCardBeginTransaction(self.handle))
        return ""

    def end(self, rest: str) -> str:
        self.check(scard.SCardEndTransaction(self.handle, ACTIONS[rest or "leave"]))
        return ""

    def disconnect(self, rest: str) -> str:
        self.check(scard.SCardDisconnect(self.handle, ACTIONS[rest or "leave"]))
        return ""


class High:
    """smartcard.System: exceptions with pyscard's own words."""

    def __init__(self) -> None:
        self.connection: Any = None

    def readers(self, rest: str) -> str:
        from smartcard.System import readers

        return "|".join(str(r) for r in readers())

    def connect(self, rest: str) -> str:
        from smartcard.System import readers

        self.connection = readers()[0].createConnection()
        self.connection.connect()
        return hexed(self.connection.getATR())

    def apdu(self, rest: str) -> str:
        data, sw1, sw2 = self.connection.transmit(list(bytes.fromhex(rest)))
        return hexed([*data, sw1, sw2])

    def disconnect(self, rest: str) -> str:
        self.connection.disconnect()
        return ""


def main() -> None:
    steps = Raw() if sys.argv[1] == "raw" else High()
    for line in sys.stdin:
        name, _, rest = line.strip().partition(" ")
        begun = time.monotonic()
        try:
            came = f"ok {getattr(steps, name)(rest)}".strip()
        except LookupError as e:
            came = str(e)
        except Exception as e:
            code = getattr(e, "hresult", 0) & 0xFFFFFFFF
            came = f"{type(e).__name__}: {e}" + (f" [{code:08X}]" if code else "")
        text = came.replace("\n", " ")
        print(f"{round((time.monotonic() - begun) * 1000)}\t{text}", flush=True)


assert SCardGetErrorMessage  # the library is there
main()

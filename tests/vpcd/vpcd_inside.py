"""Runs inside a machine: a desk whose card goes to vpcd, or a PC/SC client of the real pcscd.

Functions are called by name: a JSON line ``[name, arguments, keywords]`` comes in, a JSON line
``[result, error]`` goes out. The clock of both sides is the machine's monotonic one.
"""

from __future__ import annotations

import json
import statistics
import sys
import threading
import time
from typing import Any
from unittest import mock

from onshi.doors.vpcd_connection import Connection
from onshi.journal import Lane

held: dict[str, Any] = {}


# ------------------------------------------------------------------------ desk
def open_desk(host: str = "127.0.0.1", port: int = 35963, **how: Any) -> str:
    """Open a desk; its card's ATR."""
    from onshi import Desk
    from onshi.endpoints import Endpoints

    held["endpoints"] = Endpoints(vpcd=(host, port))
    how = {"date": "2025-10-20", "doors": ("vpcd",), **how}
    held["desk"] = Desk(endpoints=held["endpoints"], **how)
    return str(held["desk"].card.atr.hex())


def taken(seconds: float) -> bool:
    return bool(held["endpoints"].vpcd.wait(seconds))


def trouble() -> str:
    return str(held["endpoints"].vpcd.trouble)


def trouble_with(text: str, seconds: float) -> str:
    """The trouble, once ``text`` is in it; or what it is at the end ("" for ``text``: none)."""
    door, end = held["endpoints"].vpcd, time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < end:
        now = door.trouble
        if text in now if text else not now:
            return str(now)
        pause.wait(0.02)
    return str(door.trouble)


def close_desk() -> float:
    """Close it; seconds that took."""
    start = time.monotonic()
    desk, endpoints = held.pop("desk", None), held.pop("endpoints", None)
    if desk is not None:
        desk.close()
        endpoints.close()
    return time.monotonic() - start


def is_open() -> bool:
    return "desk" in held


def mend() -> None:
    """No faults any more, and the card in the reader."""
    desk = held["desk"]
    desk.board.clear()
    if not desk.reader.has_card():
        desk.insert_card()


def remove() -> float:
    """Take the card out; when that was."""
    held["desk"].remove_card()
    return time.monotonic()


def insert() -> float:
    held["desk"].insert_card()
    return time.monotonic()


def next_patient() -> str:
    return str(held["desk"].next_patient().key)


def inject(name: str, when: dict[str, Any] | None = None, **settings: Any) -> None:
    held["desk"].inject(name, when, **settings)


def pull(flavour: str) -> None:
    """Pulled at the next command: from just after pcscd's look, so that the next one is far."""
    looked, control = threading.Event(), Connection._control

    def watched(self: Connection, code: int, lane: Lane) -> None:
        control(self, code, lane)
        looked.set()

    with mock.patch.object(Connection, "_control", watched):
        assert looked.wait(5), "pcscd does not look at the reader"
    inject("card.pull", {"nth": 1}, flavour=flavour)


def tries(which: str) -> int:
    return int(held["desk"].card.tries(which))


def events(kind: str) -> list[dict[str, Any]]:
    return list(held["desk"].journal.events(kind))


def lane() -> str:
    """The newest connection's lane."""
    return str(events("vpcd")[-1]["lane"])


def canonical() -> str:
    return str(held["desk"].journal.canonical().decode())


def door_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("onshi-vpcd")]


# ---------------------------------------------------------------------- client
def context() -> Any:
    """A context of this client's; the driver's first slot is its reader."""
    from smartcard import scard

    if "context" not in held:
        code, held["context"] = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        assert code == 0, hex(code & 0xFFFFFFFF)
        code, names = scard.SCardListReaders(held["context"], [])
        assert code == 0, hex(code & 0xFFFFFFFF)
        held["reader"] = names[0]
    return held["context"]


def forget() -> None:
    """The daemon is another one now."""
    for name in ("context", "reader", "handle", "protocol"):
        held.pop(name, None)


def state() -> list[Any]:
    """The reader's state bits as GetStatusChange shows them, and its ATR."""
    from smartcard import scard

    _, found = scard.SCardGetStatusChange(context(), 0, [(held["reader"], 0)])
    return [found[0][1] & 0xFFFF, bytes(found[0][2]).hex()]


def wait_for(bits: int, seconds: float = 3.0) -> float:
    """Wait in SCardGetStatusChange until all ``bits`` are set; when that was."""
    from smartcard import scard

    end, known = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        left = int((end - time.monotonic()) * 1000)
        code, found = scard.SCardGetStatusChange(context(), left, [(held["reader"], known)])
        known = found[0][1]
        if code == 0 and known & bits == bits:
            return time.monotonic()
    raise AssertionError(f"state {known:#x} within {seconds} s, not {bits:#x}")


def connect() -> str:
    from smartcard import scard

    either = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    code, held["handle"], held["protocol"] = scard.SCardConnect(
        context(), held["reader"], scard.SCARD_SHARE_SHARED, either
    )
    return f"{code & 0xFFFFFFFF:08X}"


def disconnect(action: int = 0) -> str:
    from smartcard import scard

    return f"{scard.SCardDisconnect(held['handle'], action) & 0xFFFFFFFF:08X}"


def reconnect(action: int = 0) -> str:
    from smartcard import scard

    either = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
    code, held["protocol"] = scard.SCardReconnect(
        held["handle"], scard.SCARD_SHARE_SHARED, either, action
    )
    return f"{code & 0xFFFFFFFF:08X}"


def transmit(apdu: str) -> list[str]:
    """Return code and response, in hex."""
    from smartcard import scard

    pci = scard.SCARD_PCI_T0 if held["protocol"] == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
    code, answer = scard.SCardTransmit(held["handle"], pci, list(bytes.fromhex(apdu)))
    return [f"{code & 0xFFFFFFFF:08X}", bytes(answer).hex().upper() if code == 0 else ""]


def until_code(apdu: str, code: str, seconds: float = 3.0) -> list[str]:
    """Transmit again and again until the return code is ``code``; the codes on the way."""
    end, seen = time.monotonic() + seconds, []
    while time.monotonic() < end:
        seen.append(transmit(apdu)[0])
        if seen[-1] == code:
            break
    return sorted(set(seen), key=seen.index)


def step(*what: Any) -> str:
    """One step of the differential script: see :mod:`pcsc_calls`."""
    from pcsc_calls import Calls

    if "calls" not in held:
        held["calls"] = Calls()
    return str(held["calls"].step(*what))


def measure(apdu: str, count: int) -> float:
    """Median microseconds of one SCardTransmit."""
    spent = []
    for _ in range(count):
        start = time.perf_counter()
        assert transmit(apdu)[0] == "00000000"
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) * 1e6


def main() -> None:
    for line in sys.stdin:
        name, arguments, keywords = json.loads(line)
        try:
            answer = [globals()[name](*arguments, **keywords), ""]
        except Exception as e:
            answer = [None, f"{type(e).__name__}: {e}"]
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

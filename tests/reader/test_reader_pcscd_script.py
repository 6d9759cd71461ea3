"""The same script of calls as was run on pcscd 1.9.9 with a vpcd card; its answers are below.

Only attributes, features and a mute card are left out: there vpcd differs from USB readers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from reader_bench import Bench
from smartcard import scard

from onshi.doors.pcscd import PcscdEndpoint

S, X, D = 2, 1, 3
ANY, T0, T1, RAW = 3, 1, 2, 4
LEAVE, RESET, UNPOWER, EJECT = 0, 1, 2, 3
READ = [0x00, 0xB0, 0x00, 0x00, 0x04]

MEASURED = """\
empty: state 00000000 12
empty: connect shared 8010000C
empty: connect direct 00000000 0
empty: status 00000000 2 0 0
empty: transmit 8010000C
empty: reconnect leave 8010000C
empty: reconnect reset 8010000C
empty: end 80100068
empty: disconnect 00000000
empty: connect direct raw 00000000 4
unknown reader 80100009
bad mode 80100011
bad protocol 8010000F
no protocol 8010000F
card: state 00000000 10022
card: connect T0 00000000 1
card: connect again after leave 00000000 1
card: state after unpower 00000000 10022
card: connect 00000000 2
card: status 00000000 10034 2 5
card: state 00000000 10122
card: transmit 00000000 000102039000
card: transmit with T0 PCI 8010000F
card: transmit with raw PCI 00000000 000102039000
second: connect 00000000 2
third: connect exclusive 8010000B
end without begin 80100016
begin, begin, end 00000000 00000000 00000000
other begins: still waiting True
end 00000000
other: began 00000000
other: end 00000000
end with a bad disposition 80100011
begin, end with reset 00000000 00000000
own handle: status 80100068 0 0 0
own handle: transmit 80100068
other handle: transmit 80100068
other handle: status 80100068 0 0 0
other handle: begin, end 80100068 80100068
other handle: reconnect 00000000 2
other handle: transmit 00000000 000102039000
own handle: transmit 80100068
own handle: reconnect with reset 00000000 2
own handle: transmit 00000000 000102039000
other handle: transmit 80100068
other handle: disconnect 00000000
other: connect 00000000 2
other: disconnect with reset 00000000
own handle: transmit 80100068
own handle: reconnect 00000000 2
other: disconnect with unpower 00000000
own handle: transmit 80100068
own handle: reconnect with unpower 00000000 2
other: disconnect with eject 00000000
own handle: transmit 00000000 000102039000
reconnect: bad action 80100011
reconnect: bad mode 80100011
reconnect: T0 8010000F
disconnect: bad disposition 80100011
reconnect exclusive 00000000 2
exclusive: state 00000000 100a2
exclusive: others 8010000B 8010000B
exclusive: end 80100016
exclusive: begin, end, end 00000000 00000000 80100016
exclusive: others 8010000B
reconnect shared 00000000 2
shared: state 00000000 10122
disconnect, again 00000000 80100003
after it: transmit 80100003
connect exclusive 00000000 2
exclusive: end 80100016
connect raw 00000000 4
raw: transmit 00000000 000102039000
raw: transmit with T1 PCI 8010000F
after raw: connect 8010000F
after raw: direct 00000000 4
after raw: reconnect 8010000F
removed: state 00000000 20012
removed: transmit 80100069
removed: status 80100069 0 0 0
removed: begin 80100069
removed: attribute 80100069
removed: reconnect 8010000C
removed: transmit 80100069
removed: reconnect with reset 8010000C
removed: transmit 80100068
inserted: state 00000000 30122
inserted: transmit 80100068
inserted: reconnect 00000000 2
inserted: transmit 00000000 000102039000
removed: disconnect 00000000
release with an open handle 00000000
released: transmit 80100003
released: release 80100003
other: connect exclusive 00000000
bad scope 80100011
"""


class Script:
    """Writes one line per call, return codes in hex."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self.lines: list[str] = []
        self.mine = scard.SCardEstablishContext(0)[1]
        self.other = scard.SCardEstablishContext(0)[1]

    def say(self, what: str, *values: Any) -> None:
        shown = [f"{v & 0xFFFFFFFF:08X}" if isinstance(v, int) else str(v) for v in values]
        self.lines.append(" ".join([what, *shown]).rstrip())

    def connect(self, what: str, context: int, mode: int, protocols: int) -> int:
        code, handle, protocol = scard.SCardConnect(context, self.reader, mode, protocols)
        self.say(what, code, *([str(protocol)] if code == 0 else []))
        return int(handle)

    def reconnect(self, what: str, handle: int, mode: int, protocols: int, action: int) -> None:
        code, protocol = scard.SCardReconnect(handle, mode, protocols, action)
        self.say(what, code, *([str(protocol)] if code == 0 else []))

    def transmit(self, what: str, handle: int, pci: int = scard.SCARD_PCI_T1) -> None:
        code, answer = scard.SCardTransmit(handle, pci, READ)
        self.say(what, code, bytes(answer).hex() if code == 0 else "")

    def status(self, what: str, handle: int) -> None:
        code, _, state, protocol, atr = scard.SCardStatus(handle)
        self.say(what, code, f"{state:x}", str(protocol), str(len(atr)))

    def state(self, what: str) -> None:
        code, rows = scard.SCardGetStatusChange(self.mine, 0, [(self.reader, 0)])
        self.say(what, code, f"{rows[0][1]:x}")

    def refused(self, context: int, mode: int, protocols: int, reader: str | None = None) -> int:
        return int(scard.SCardConnect(context, reader or self.reader, mode, protocols)[0])


def _empty(run: Script) -> None:
    run.state("empty: state")
    run.connect("empty: connect shared", run.mine, S, ANY)
    handle = run.connect("empty: connect direct", run.mine, D, 0)
    run.status("empty: status", handle)
    run.transmit("empty: transmit", handle)
    run.reconnect("empty: reconnect leave", handle, S, ANY, LEAVE)
    run.reconnect("empty: reconnect reset", handle, S, ANY, RESET)
    run.say("empty: end", scard.SCardEndTransaction(handle, LEAVE))
    run.say("empty: disconnect", scard.SCardDisconnect(handle, LEAVE))
    scard.SCardDisconnect(run.connect("empty: connect direct raw", run.mine, D, RAW), LEAVE)
    run.say("unknown reader", run.refused(run.mine, S, ANY, "nope"))
    run.say("bad mode", run.refused(run.mine, 9, ANY))
    run.say("bad protocol", run.refused(run.mine, S, 0x100))
    run.say("no protocol", run.refused(run.mine, S, 0))


def _card(run: Script) -> tuple[int, int]:
    run.state("card: state")
    scard.SCardDisconnect(run.connect("card: connect T0", run.mine, S, T0), LEAVE)
    again = run.connect("card: connect again after leave", run.mine, S, ANY)
    scard.SCardDisconnect(again, UNPOWER)
    run.state("card: state after unpower")
    a = run.connect("card: connect", run.mine, S, ANY)
    run.status("card: status", a)
    run.state("card: state")
    run.transmit("card: transmit", a)
    run.transmit("card: transmit with T0 PCI", a, scard.SCARD_PCI_T0)
    run.transmit("card: transmit with raw PCI", a, scard.SCARD_PCI_RAW)
    b = run.connect("second: connect", run.other, S, ANY)
    run.connect("third: connect exclusive", run.mine, X, T1)
    return a, b


def _transactions(run: Script, a: int, b: int) -> None:
    run.say("end without begin", scard.SCardEndTransaction(a, LEAVE))
    nested = [scard.SCardBeginTransaction(a), scard.SCardBeginTransaction(a)]
    run.say("begin, begin, end", *nested, scard.SCardEndTransaction(a, LEAVE))
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(scard.SCardBeginTransaction(b)))
    thread.start()
    thread.join(0.15)
    run.say("other begins: still waiting", str(thread.is_alive()))
    run.say("end", scard.SCardEndTransaction(a, LEAVE))
    thread.join(5)
    run.say("other: began", got[0])
    run.say("other: end", scard.SCardEndTransaction(b, LEAVE))
    run.say("end with a bad disposition", scard.SCardEndTransaction(a, 77))
    begun = scard.SCardBeginTransaction(a)
    run.say("begin, end with reset", begun, scard.SCardEndTransaction(a, RESET))
    run.status("own handle: status", a)
    run.transmit("own handle: transmit", a)


def _resets(run: Script, a: int, b: int) -> None:
    run.transmit("other handle: transmit", b)
    run.status("other handle: status", b)
    begun = scard.SCardBeginTransaction(b)
    run.say("other handle: begin, end", begun, scard.SCardEndTransaction(b, LEAVE))
    run.reconnect("other handle: reconnect", b, S, ANY, LEAVE)
    run.transmit("other handle: transmit", b)
    run.transmit("own handle: transmit", a)
    run.reconnect("own handle: reconnect with reset", a, S, ANY, RESET)
    run.transmit("own handle: transmit", a)
    run.transmit("other handle: transmit", b)
    run.say("other handle: disconnect", scard.SCardDisconnect(b, LEAVE))
    b = run.connect("other: connect", run.other, S, ANY)
    run.say("other: disconnect with reset", scard.SCardDisconnect(b, RESET))
    run.transmit("own handle: transmit", a)
    run.reconnect("own handle: reconnect", a, S, ANY, LEAVE)
    b = scard.SCardConnect(run.other, run.reader, S, ANY)[1]
    run.say("other: disconnect with unpower", scard.SCardDisconnect(b, UNPOWER))
    run.transmit("own handle: transmit", a)
    run.reconnect("own handle: reconnect with unpower", a, S, ANY, UNPOWER)
    b = scard.SCardConnect(run.other, run.reader, S, ANY)[1]
    run.say("other: disconnect with eject", scard.SCardDisconnect(b, EJECT))
    run.transmit("own handle: transmit", a)


def _modes(run: Script, a: int) -> None:
    run.reconnect("reconnect: bad action", a, S, ANY, 77)
    run.reconnect("reconnect: bad mode", a, 9, ANY, LEAVE)
    run.reconnect("reconnect: T0", a, S, T0, LEAVE)
    run.say("disconnect: bad disposition", scard.SCardDisconnect(a, 77))
    run.reconnect("reconnect exclusive", a, X, ANY, LEAVE)
    run.state("exclusive: state")
    others = [run.refused(run.other, S, ANY), run.refused(run.other, D, 0)]
    run.say("exclusive: others", *others)
    run.say("exclusive: end", scard.SCardEndTransaction(a, LEAVE))
    calls = [scard.SCardBeginTransaction(a)]
    calls += [scard.SCardEndTransaction(a, LEAVE), scard.SCardEndTransaction(a, LEAVE)]
    run.say("exclusive: begin, end, end", *calls)
    run.say("exclusive: others", run.refused(run.other, S, ANY))
    run.reconnect("reconnect shared", a, S, ANY, LEAVE)
    run.state("shared: state")
    gone = [scard.SCardDisconnect(a, LEAVE), scard.SCardDisconnect(a, LEAVE)]
    run.say("disconnect, again", *gone)
    run.transmit("after it: transmit", a)
    a = run.connect("connect exclusive", run.mine, X, ANY)
    run.say("exclusive: end", scard.SCardEndTransaction(a, LEAVE))
    scard.SCardDisconnect(a, LEAVE)
    a = run.connect("connect raw", run.mine, S, RAW)
    run.transmit("raw: transmit", a, scard.SCARD_PCI_RAW)
    run.transmit("raw: transmit with T1 PCI", a)
    scard.SCardDisconnect(a, LEAVE)
    run.connect("after raw: connect", run.mine, S, ANY)
    a = run.connect("after raw: direct", run.mine, D, 0)
    run.reconnect("after raw: reconnect", a, S, ANY, LEAVE)
    scard.SCardDisconnect(a, RESET)


def _removal(run: Script, remove: Callable[[], None], insert: Callable[[], None]) -> None:
    a = int(scard.SCardConnect(run.mine, run.reader, S, ANY)[1])
    remove()
    run.state("removed: state")
    run.transmit("removed: transmit", a)
    run.status("removed: status", a)
    run.say("removed: begin", scard.SCardBeginTransaction(a))
    run.say("removed: attribute", scard.SCardGetAttrib(a, scard.SCARD_ATTR_ATR_STRING)[0])
    run.reconnect("removed: reconnect", a, S, ANY, LEAVE)
    run.transmit("removed: transmit", a)
    run.reconnect("removed: reconnect with reset", a, S, ANY, RESET)
    run.transmit("removed: transmit", a)
    insert()
    run.state("inserted: state")
    run.transmit("inserted: transmit", a)
    run.reconnect("inserted: reconnect", a, S, ANY, LEAVE)
    run.transmit("inserted: transmit", a)
    remove()
    run.say("removed: disconnect", scard.SCardDisconnect(a, UNPOWER))
    insert()
    a = int(scard.SCardConnect(run.mine, run.reader, S, ANY)[1])
    run.say("release with an open handle", scard.SCardReleaseContext(run.mine))
    run.transmit("released: transmit", a)
    run.say("released: release", scard.SCardReleaseContext(run.mine))
    code, b, _ = scard.SCardConnect(run.other, run.reader, X, ANY)
    run.say("other: connect exclusive", code)
    scard.SCardDisconnect(b, LEAVE)
    run.say("bad scope", scard.SCardEstablishContext(77)[0])
    scard.SCardReleaseContext(run.other)


def test_the_script_reads_as_on_pcscd(bench: Bench, socket_in_process: PcscdEndpoint) -> None:
    bench.engine.remove()
    bench.engine.unplug()
    bench.engine.plug()
    run = Script(bench.engine.states()[0].name)
    _empty(run)
    bench.engine.insert()
    a, b = _card(run)
    _transactions(run, a, b)
    _resets(run, a, b)
    _modes(run, a)
    _removal(run, bench.engine.remove, bench.engine.insert)
    assert run.lines == MEASURED.splitlines()

"""One script of PC/SC calls, for any door: each step's label and what pyscard answered."""

from __future__ import annotations

from typing import Any

from smartcard import scard

from onshi import Desk

PNP = "\\\\?PnP?\\Notification"
SELECT = list(bytes.fromhex("00A4040C0AD392F000260100000001"))
QUERY = list(bytes.fromhex("00200080"))


class Script:
    """Handles and contexts are called by the order in which they appeared."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.steps: list[tuple[str, Any]] = []

    def do(self, label: str, name: str, *args: Any) -> Any:
        """Call it by pyscard's name and note the answer; that a type is wrong is one, too."""
        try:
            result = getattr(scard, name)(*args)
        except (TypeError, UnicodeError) as e:
            result = str(e)
        self.steps.append((label, comparable(name, result)))
        return result

    def run(self) -> list[tuple[str, Any]]:
        """All of it, against the desk's reader and card."""
        context = self.do("establish", "SCardEstablishContext", 0)[1]
        self.contexts(context)
        name = self.do("list", "SCardListReaders", context, [])[1][0]
        self.connections(context, name)
        self.exchanges(context, name)
        self.transactions(context, name)
        self.changes(context, name)
        self.without_card(context, name)
        self.without_reader(context, name)
        self.do("release", "SCardReleaseContext", context)
        self.do("release again", "SCardReleaseContext", context)
        return self.steps

    def contexts(self, context: int) -> None:
        for scope in (77, -5):
            self.do(f"scope {scope}", "SCardEstablishContext", scope)
        self.do("scope of another type", "SCardEstablishContext", "x")
        for number in (context, 99, -2):
            self.do(f"valid {number == context}", "SCardIsValidContext", number)
        self.do("valid of another type", "SCardIsValidContext", "c")
        for groups in ([], ["SCard$DefaultReaders"], ["nobody's"], None, ()):
            self.do(f"list {groups}", "SCardListReaders", context, groups)
        self.do("list of nobody", "SCardListReaders", 99, [])
        self.do("groups", "SCardListReaderGroups", context)
        self.do("groups of nobody", "SCardListReaderGroups", 99)
        self.do("cancel", "SCardCancel", context)
        self.do("cancel of nobody", "SCardCancel", 99)

    def connections(self, context: int, name: str) -> None:
        for what, args in {
            "unknown reader": (context, "nope", 2, 3),
            "nobody's context": (99, name, 2, 3),
            "no such mode": (context, name, 9, 3),
            "no protocol": (context, name, 2, 0),
            "long name": (context, "n" * 300, 2, 3),
            "no name": (context, None, 2, 3),
            "name of another type": (context, name.encode(), 2, 3),
        }.items():
            self.do(f"connect: {what}", "SCardConnect", *args)
        first = self.do("connect T=0", "SCardConnect", context, name, 2, 1)[1]
        self.do("connect T=1 after T=0", "SCardConnect", context, name, 2, 2)
        self.do("exclusive beside", "SCardConnect", context, name, 1, 3)
        self.do("status", "SCardStatus", first)
        self.do("reset", "SCardReconnect", first, 2, 3, 1)
        self.do("reconnect: no such mode", "SCardReconnect", first, 9, 3, 1)
        self.do("reconnect: nobody", "SCardReconnect", 1, 2, 3, 1)
        self.do("disconnect: no such disposition", "SCardDisconnect", first, 9)
        self.do("disconnect: nobody", "SCardDisconnect", 1, 0)
        self.do("disconnect", "SCardDisconnect", first, 0)
        self.do("disconnect again", "SCardDisconnect", first, 0)

    def exchanges(self, context: int, name: str) -> None:
        card = self.do("connect", "SCardConnect", context, name, 2, 3)[1]
        for pci in (0, 1, 2, 4, 9):
            self.do(f"select by {pci}", "SCardTransmit", card, pci, SELECT)
        for what, apdu in {
            "query": QUERY,
            "no command": [],
            "one byte": [0],
            "numbers beyond a byte": [256, 300 - 0x20, -1, 0],
            "a tuple": tuple(SELECT),
            "bytes": bytes(SELECT),
            "floats": [1.0],
            "strings": ["a"],
            "None": None,
        }.items():
            self.do(f"transmit {what}", "SCardTransmit", card, 2, apdu)
        self.do("transmit: nobody", "SCardTransmit", 1, 2, SELECT)
        for attribute in (0x90303, 0x90300, 0x7FFF0003, 0x10100, 1):
            self.do(f"attribute {attribute:x}", "SCardGetAttrib", card, attribute)
        self.do("attribute: nobody", "SCardGetAttrib", 1, 0x90303)
        self.do("set attribute", "SCardSetAttrib", card, 0x90303, [1, 2])
        self.do("set attribute: a tuple", "SCardSetAttrib", card, 0x90303, (1, 2))
        self.do("features", "SCardControl", card, scard.SCARD_CTL_CODE(3400), [])
        self.do("no such control", "SCardControl", card, 5, [1])
        self.do("control: nobody", "SCardControl", 1, 5, [1])
        self.do("unpower", "SCardDisconnect", card, 2)

    def transactions(self, context: int, name: str) -> None:
        one = self.do("one", "SCardConnect", context, name, 2, 3)[1]
        other = self.do("other", "SCardConnect", context, name, 2, 3)[1]
        self.do("end without begin", "SCardEndTransaction", one, 0)
        self.do("begin", "SCardBeginTransaction", one)
        self.do("begin twice", "SCardBeginTransaction", one)
        self.do("end by the other", "SCardEndTransaction", other, 0)
        self.do("attribute by the other", "SCardGetAttrib", other, 0x90303)
        self.do("no such disposition", "SCardEndTransaction", one, 9)
        self.do("end once", "SCardEndTransaction", one, 0)
        self.do("end with a reset", "SCardEndTransaction", one, 1)
        self.do("after a reset by another", "SCardTransmit", other, 2, SELECT)
        self.do("reconnect", "SCardReconnect", other, 2, 3, 0)
        self.do("after reconnecting", "SCardTransmit", other, 2, SELECT)
        self.do("begin: nobody", "SCardBeginTransaction", 1)
        self.do("the other leaves", "SCardDisconnect", other, 0)
        self.do("one leaves", "SCardDisconnect", one, 0)
        alone = self.do("exclusive", "SCardConnect", context, name, 1, 3)[1]
        self.do("shared beside exclusive", "SCardConnect", context, name, 2, 3)
        self.do("exclusive seen", "SCardGetStatusChange", context, 0, [(name, 0)])
        self.do("end on exclusive", "SCardEndTransaction", alone, 0)
        self.do("exclusive leaves", "SCardDisconnect", alone, 0)

    def changes(self, context: int, name: str) -> None:
        ask = "SCardGetStatusChange"
        event = self.do("unaware", ask, context, 0, [(name, 0)])[1][0][1]
        for what, states in {
            "as it is": [(name, event)],
            "as it is, with an ATR": [(name, event, [0x3B, 0])],
            "believed empty": [(name, 0x10)],
            "believed mute": [(name, 0x220)],
            "believed in use": [(name, 0x120)],
            "believed exclusive": [(name, 0xA0)],
            "believed unavailable": [(name, 0x28)],
            "believed unknown": [(name, 0x24)],
            "another counter": [(name, 0x20 | 7 << 16)],
            "unknown reader": [("nope", 0)],
            "unknown reader, known to be": [("nope", 4 | 8)],
            "ignored": [(name, 1)],
            "everything": [(name, 0xFFFFFFFF)],
            "nothing": [],
            "pseudo reader": [(PNP, 0)],
            "pseudo reader in capitals": [(PNP.upper(), 1 << 16)],
            "both": [(name, event), (PNP, 1 << 16)],
            "one of two is news": [(name, 0), (PNP, 0)],
            "lists": [[name, 0]],
            "one item": [(name,)],
            "a string": "x",
            "a tuple": ((name, 0),),
            "another type": [(name, "0")],
            "no string": [(7, 0)],
            "a name beyond ASCII": [("é", 0)],
            "an ATR that is none": [(name, 0, "x")],
        }.items():
            self.do(f"change: {what}", ask, context, 0, states)
        self.do("20 ms", ask, context, 20, [(name, event)])
        self.do("nobody waits", ask, 99, 0, [(name, 0)])
        self.do("nobody ignores", ask, 99, 0, [(name, 1)])

    def without_card(self, context: int, name: str) -> None:
        card = self.do("connect before removal", "SCardConnect", context, name, 2, 3)[1]
        self.desk.remove_card()
        self.do("transmit after removal", "SCardTransmit", card, 2, SELECT)
        self.do("status after removal", "SCardStatus", card)
        self.do("reconnect after removal", "SCardReconnect", card, 2, 3, 0)
        self.do("disconnect after removal", "SCardDisconnect", card, 0)
        self.do("empty", "SCardGetStatusChange", context, 0, [(name, 0)])
        self.do("believed present", "SCardGetStatusChange", context, 0, [(name, 0x20)])
        self.do("connect without card", "SCardConnect", context, name, 2, 3)
        direct = self.do("direct", "SCardConnect", context, name, 3, 0)[1]
        self.do("status without card", "SCardStatus", direct)
        self.do("transmit without card", "SCardTransmit", direct, 2, SELECT)
        self.desk.insert_card()
        self.do("direct leaves", "SCardDisconnect", direct, 0)

    def without_reader(self, context: int, name: str) -> None:
        card = self.do("connect before the plug", "SCardConnect", context, name, 2, 3)[1]
        self.desk.reader.unplug()
        for call in ("SCardStatus", "SCardBeginTransaction"):
            self.do(f"{call} unplugged", call, card)
        self.do("transmit unplugged", "SCardTransmit", card, 2, SELECT)
        self.do("list unplugged", "SCardListReaders", context, [])
        self.do("groups unplugged", "SCardListReaderGroups", context)
        self.do("change unplugged", "SCardGetStatusChange", context, 0, [(name, 0)])
        self.do("disconnect unplugged", "SCardDisconnect", card, 0)
        self.desk.reader.plug()
        self.do("plugged again", "SCardGetStatusChange", context, 0, [(name, 0)])


_HANDLE = {"SCardConnect": 1, "SCardEstablishContext": 1}
_UNSET = {"SCardConnect": (0, 0), "SCardReconnect": (0,), "SCardTransmit": ([],)}


def comparable(name: str, result: Any) -> Any:
    """Without numbers that are unique, and without memory that pyscard never set."""
    if not isinstance(result, list):
        return result
    if result[0] and name in _UNSET:
        return [result[0], *_UNSET[name]]
    if not result[0] and name in _HANDLE:
        return [0, "a number", *result[2:]]
    return result

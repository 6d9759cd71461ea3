"""A random walk over a desk with two readers, the same for the same seed at any door.

One thread makes it, so it keeps clear of calls that would wait for itself: a transaction ends in
the step in which it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from pyscard_script import PNP, QUERY, SELECT, comparable
from smartcard import scard

from onshi import Desk

SECOND = "Second reader 00 01"
COMMANDS = [SELECT, QUERY, [0x00, 0x84, 0x00, 0x00, 0x08], [1]]
USUAL = "list connect connect transmit transmit transmit status attribute control change change "
STEPS = (
    USUAL + "establish release disconnect reconnect transaction end insert remove unplug plug valid"
).split()


@dataclass
class Handle:
    """One that is exclusive stays so: leaving that mode, as in pcscd, would keep a transaction."""

    number: int
    context: int
    reader: str
    exclusive: bool = False


class Walk:
    """``steps`` are what was called and answered, without numbers that are unique."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.chance = desk, Random(seed)
        self.readers = [desk.reader.states()[0].name, SECOND]
        desk.reader.add_reader(SECOND)
        self.contexts: list[int] = []
        self.handles: list[Handle] = []
        self.seen: dict[str, int] = {}
        self.steps: list[tuple[str, Any]] = []

    def go(self, steps: int) -> list[tuple[str, Any]]:
        """Walk, then give everything back."""
        for _ in range(steps):
            getattr(self, self.chance.choice(STEPS))()
        for context in self.contexts:
            self._call("SCardReleaseContext", context)
        return self.steps

    def _call(self, name: str, *args: Any) -> Any:
        result = getattr(scard, name)(*args)
        self.steps.append((name, comparable(name, result)))
        return result

    # ------------------------------------------------------------------ hands
    def insert(self) -> None:
        self.desk.insert_card()

    def remove(self) -> None:
        self.desk.remove_card()

    def unplug(self) -> None:
        self.desk.reader.unplug(self.chance.choice(self.readers))

    def plug(self) -> None:
        self.desk.reader.plug(self.chance.choice(self.readers))

    # --------------------------------------------------------------- contexts
    def establish(self) -> None:
        if len(self.contexts) < 6:
            self.contexts.append(self._call("SCardEstablishContext", 0)[1])

    def _context(self) -> int:
        if not self.contexts:
            self.establish()
        return self.chance.choice(self.contexts)

    def release(self) -> None:
        context = self._context()
        if self.chance.random() < 0.4:
            self._call("SCardReleaseContext", context)
            self.contexts.remove(context)
            self.handles = [one for one in self.handles if one.context != context]

    def valid(self) -> None:
        self._call("SCardIsValidContext", self._context())

    def list(self) -> None:
        self._call("SCardListReaders", self._context(), [])

    def change(self) -> None:
        names = self.chance.sample([*self.readers, PNP], self.chance.randint(1, 3))
        believed = [0, 0x10, 0x20, 0x220, 0x120, 4, 8]
        asked = [
            (name, self.chance.choice([*believed, *[self.seen.get(name, 0)] * 4])) for name in names
        ]
        for name, event, _ in self._call("SCardGetStatusChange", self._context(), 0, asked)[1]:
            self.seen[name] = event

    def connect(self) -> None:
        context, reader = self._context(), self.chance.choice([*self.readers, "nobody's"])
        mode, protocols = self.chance.choice([1, 2, 2, 2, 3]), self.chance.choice([0, 1, 2, 3, 4])
        code, number, _ = self._call("SCardConnect", context, reader, mode, protocols)
        if code == 0:
            self.handles.append(Handle(number, context, reader, exclusive=mode == 1))

    # ---------------------------------------------------------------- handles
    def _handle(self) -> Handle | None:
        return self.chance.choice(self.handles) if self.handles else None

    def _on_handle(self, name: str, *args: Any) -> tuple[Handle | None, Any]:
        handle = self._handle()
        return handle, self._call(name, handle.number, *args) if handle is not None else None

    def disconnect(self) -> None:
        handle, code = self._on_handle("SCardDisconnect", self.chance.choice([0, 0, 1, 2, 3, 9]))
        if handle is not None and code == 0:
            self.handles.remove(handle)

    def reconnect(self) -> None:
        handle = self._handle()
        if handle is not None:
            alone = sum(one.reader == handle.reader for one in self.handles) == 1
            mode = self.chance.choice([1, 2, 3]) if alone else 2
            mode = 1 if handle.exclusive else mode
            protocols, action = self.chance.choice([1, 2, 3]), self.chance.choice([0, 0, 1, 2])
            code, _ = self._call("SCardReconnect", handle.number, mode, protocols, action)
            if code == 0:
                handle.exclusive = mode == 1

    def transaction(self) -> None:
        handle, code = self._on_handle("SCardBeginTransaction")
        if handle is not None and code == 0:
            self._call("SCardTransmit", handle.number, 2, SELECT)
            self._call("SCardEndTransaction", handle.number, self.chance.choice([0, 0, 1, 2]))

    def end(self) -> None:
        self._on_handle("SCardEndTransaction", self.chance.choice([0, 0, 1, 2]))

    def transmit(self) -> None:
        pci, command = self.chance.choice([0, 1, 2, 2, 4]), self.chance.choice(COMMANDS)
        self._on_handle("SCardTransmit", pci, command)

    def status(self) -> None:
        self._on_handle("SCardStatus")

    def attribute(self) -> None:
        self._on_handle("SCardGetAttrib", self.chance.choice([0x90303, 0x90300, 1]))

    def control(self) -> None:
        self._on_handle("SCardControl", self.chance.choice([5, scard.SCARD_CTL_CODE(3400)]), [])

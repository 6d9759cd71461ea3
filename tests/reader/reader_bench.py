"""A desk's PC/SC side without the desk: engine, faults, a scripted card."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from onshi.clock import Clock, Released, VirtualClock
from onshi.faults import FaultBoard, FaultRun, make_fault
from onshi.journal import Journal
from onshi.reader import Client, ReaderEngine, Recorder
from onshi.schedule import ALWAYS, Schedule
from onshi.seams import CardMuteError, Power

INVALID_HANDLE = 0x80100003
UNKNOWN_READER = 0x80100009
SHARING = 0x8010000B
NO_CARD = 0x8010000C
MISMATCH = 0x8010000F
INVALID_VALUE = 0x80100011
NOT_TRANSACTED = 0x80100016
UNAVAILABLE = 0x80100017
UNSUPPORTED = 0x8010001F
UNRESPONSIVE = 0x80100066
UNPOWERED = 0x80100067
RESET_CARD = 0x80100068
REMOVED = 0x80100069

READER = "SONY FeliCa RC-S300/P (1234567) 00 00"
ATR = bytes.fromhex("3B80800101")
SELECT = bytes.fromhex("00A4040C0AD392F000260100000001")
READ = bytes.fromhex("00B0000004")
T0, T1, RAW = 1, 2, 4
EXCLUSIVE, SHARED, DIRECT = 1, 2, 3
LEAVE, RESET, UNPOWER, EJECT = 0, 1, 2, 3


class ScriptedCard:
    """SELECT is 9000, READ BINARY gives Le counting bytes, all else is 6D00."""

    def __init__(self, atr: bytes = ATR) -> None:
        self.atr = atr
        self.mute = False
        self.powers: list[Power] = []
        self.apdus: list[bytes] = []
        self.before: Callable[[bytes], None] = lambda apdu: None
        self.answers: list[bytes] = []

    def power(self, action: Power) -> bytes:
        self.powers.append(action)
        if self.mute and action is not Power.OFF:
            raise CardMuteError
        return b"" if action is Power.OFF else self.atr

    def transmit(self, apdu: bytes) -> bytes:
        self.apdus.append(apdu)
        self.before(apdu)
        if self.answers:
            return self.answers.pop(0)
        if apdu[1:2] == b"\xa4":
            return b"\x90\x00"
        if apdu[1:2] == b"\xb0":
            size = int.from_bytes(apdu[5:7], "big") if len(apdu) == 7 else apdu[4] or 256
            return bytes(i & 0xFF for i in range(size)) + b"\x90\x00"
        return b"\x6d\x00"


class Bench:
    """Engine and fault board wired as a desk wires them; the card is on the reader."""

    def __init__(self, *, clock: Clock | None = None, card: ScriptedCard | None = None) -> None:
        self.clock = clock or VirtualClock(date(2025, 10, 20))
        self.journal = Journal()
        self.board = FaultBoard(
            seed=1,
            clock=self.clock,
            journal=self.journal,
            deadline=90.0,
            doors=frozenset({"pcsc"}),
        )
        self.events: list[str] = []
        self.engine = ReaderEngine(
            journal=self.journal, wrap=self.board.card, on_event=self._happened, clock=self.clock
        )
        self.engine.add_reader(READER, vendor="SONY", usb="054C:0DC9")
        self.board.hands = self.engine
        self.calls = self.board.reader(self.engine)
        self.card = card or ScriptedCard()
        self.engine.insert(self.card)

    def _happened(self, what: str) -> None:
        self.events.append(what)
        self.board.happened(what)

    def inject(self, name: str, when: Schedule = ALWAYS, **settings: Any) -> FaultRun:
        return self.board.add(make_fault(name, settings), when)

    def close(self) -> None:
        self.clock.release()
        self.board.clear()
        self.engine.close()

    def program(self) -> Program:
        return Program(self)


class Program:
    """One context, called without a door."""

    def __init__(self, bench: Bench) -> None:
        self.calls = Recorder(bench.engine, bench.calls)
        self.client: Client = bench.engine.client()
        self.engine = bench.engine
        code, self.context = self("EstablishContext", 0)
        assert code == 0

    def __call__(self, name: str, *args: Any) -> tuple[Any, ...]:
        return self.calls.call(name, self.client, *args)

    def connect(self, mode: int = SHARED, protocols: int = T0 | T1) -> tuple[Any, ...]:
        return self("Connect", self.context, READER, mode, protocols)

    def handle(self, mode: int = SHARED, protocols: int = T0 | T1) -> int:
        code, handle, _ = self.connect(mode, protocols)
        assert code == 0
        return int(handle)

    def read(self, handle: int, protocol: int = T1) -> int:
        """The return code of READ BINARY."""
        return int(self("Transmit", handle, protocol, READ)[0])


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for a condition, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.002)


class Waiting:
    """A call in a thread of its own."""

    def __init__(self, program: Program, *call: Any) -> None:
        self.result: Any = None
        self._program, self._call = program, call
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self._program(*self._call)
        except Released as e:
            self.result = e

    def outcome(self) -> Any:
        self.thread.join(5)
        assert not self.thread.is_alive(), "the call never came back"
        return self.result

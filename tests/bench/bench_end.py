"""One end of a way to the card, as a process: started by the door table, told what to do by lines.

usage: bench_end ping | inside DOOR | desk DOOR | client | stock HOST:PORT

Lines in: a number (so many commands; prints microseconds per command), ``once`` (set up, connect,
one command, disconnect; prints milliseconds), ``again`` (close the desk and open one; the same).
The first line out is ``ready``, or the environment of a desk as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

READ = list(bytes.fromhex("00B0000000"))
SELECT_JPKI, SELECT_CERTIFICATE = "00A4040C0AD392F000260100000001", "00A4020C02000A"
BEFORE = [list(bytes.fromhex(command)) for command in (SELECT_JPKI, SELECT_CERTIFICATE)]
HEADER, TRANSMIT, RESPONSE = 8, 32, 258
SHARED, T1, LEAVE = 2, 2, 0
DATE = "2025-10-20"


def per_call(work: Callable[[], object], calls: int) -> float:
    """Microseconds per call."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls * 1e6


class Ping:
    """A bare Unix-socket exchange between two threads, with TRANSMIT's byte counts."""

    def __init__(self) -> None:
        self._here, there = socket.socketpair()
        self._request = bytes(HEADER + TRANSMIT + len(READ))
        answer = bytes(TRANSMIT + RESPONSE)
        self._size = len(answer)

        def serve() -> None:
            while data := there.recv(4096):
                got = len(data)
                while got < len(self._request):
                    got += len(there.recv(4096))
                there.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()

    def command(self) -> None:
        self._here.sendall(self._request)
        got = 0
        while got < self._size:
            got += len(self._here.recv(4096))


class Client:
    """READ BINARY of 256 bytes by pyscard's raw calls, at whatever reader this process sees."""

    def __init__(self) -> None:
        from smartcard import scard

        self._scard = scard
        self._context = self._ok(scard.SCardEstablishContext(0))
        self._card = 0

    def _ok(self, result: Any) -> Any:
        code, *values = result if isinstance(result, list) else (result,)
        assert code == 0, self._scard.SCardGetErrorMessage(code)
        return values[0] if values else None

    def connect(self, patience: float = 30.0) -> None:
        """Take the card as soon as it answers; a real pcscd shows one that left for 0.4 s more."""
        end, pause = time.monotonic() + patience, threading.Event()
        while not self._try():
            assert time.monotonic() < end, "no card came"
            pause.wait(0.005)

    def _try(self) -> bool:
        """Connect, select and read; whether all of it went well."""
        _, names = self._scard.SCardListReaders(self._context, [])
        for name in names:
            code, self._card, _ = self._scard.SCardConnect(self._context, name, SHARED, T1)
            if code == 0:
                found = [self._send(command) for command in (*BEFORE, READ)]
                if [len(answer) for answer in found] == [2, 2, 258]:
                    return True
                self.leave()
        return False

    def _send(self, command: list[int]) -> list[int]:
        code, answer = self._scard.SCardTransmit(self._card, T1, command)
        return list(answer) if code == 0 else []

    def command(self) -> None:
        self._scard.SCardTransmit(self._card, T1, READ)

    def leave(self) -> None:
        self._scard.SCardDisconnect(self._card, LEAVE)

    def once(self) -> None:
        """Connect, one command, disconnect, with a context of its own."""
        self._scard.SCardReleaseContext(self._context)
        self._context = self._ok(self._scard.SCardEstablishContext(0))
        self.connect()
        self.leave()


class Host:
    """A desk, at addresses that stay."""

    def __init__(self, door: str, *, in_process: bool) -> None:
        import onshi

        self._how = {"date": DATE, "doors": (door,), "keep_contexts": True}
        if not in_process:
            from onshi.endpoints import Endpoints

            self._how["endpoints"] = Endpoints()
        self._desk = onshi.Desk
        self.desk = self._desk(**self._how)

    def again(self) -> None:
        self.desk.close()
        self.desk = self._desk(**self._how)


class Stock:
    """The same card as a plain vpcd client would put it in: no TCP_QUICKACK."""

    def __init__(self, address: str) -> None:
        import onshi
        from onshi.seams import Power

        host, port = address.split(":")
        self._card = onshi.Desk(date=DATE, doors=()).card
        self._atr = self._card.power(Power.ON)
        self._socket = socket.create_connection((host, int(port)))
        threading.Thread(target=self._serve, daemon=True).start()

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                sys.exit()
            data += more
        return data

    def _serve(self) -> None:
        while True:
            message = self._exactly(struct.unpack(">H", self._exactly(2))[0])
            if message == b"\x04":
                answer = self._atr
            elif len(message) == 1:
                continue
            else:
                answer = self._card.transmit(message)
            self._socket.sendall(struct.pack(">H", len(answer)) + answer)


def ends(role: str, *args: str) -> tuple[str, dict[str, Callable[[], object]]]:
    """The first line, and what each line does."""
    if role == "ping":
        return "ready", {"command": Ping().command}
    if role == "stock":
        held = Stock(*args)
        return "ready", {"held": lambda: held}
    if role == "client":
        client = Client()
        client.connect()
        return "ready", {"command": client.command, "leave": client.leave, "once": client.once}
    host = Host(*args, in_process=role == "inside")
    if role == "desk":
        return json.dumps(host.desk.env()), {"again": host.again}
    client = Client()
    client.connect()

    def once() -> None:
        host.again()
        client.once()

    return "ready", {"command": client.command, "leave": client.leave, "once": once}


def main() -> None:
    first, known = ends(*sys.argv[1:])
    print(first, flush=True)
    for line in sys.stdin:
        what = line.strip()
        if what.isdigit():
            print(per_call(known["command"], int(what)), flush=True)
        else:
            print(per_call(known[what], 1) / 1000, flush=True)
    # Threads of a pcscd, a driver or pyscard have nothing to say any more.
    os._exit(0)


if __name__ == "__main__":
    main()

"""How far a fault's delay is off in real time, at each kind of door.

What the exchange takes without the fault is taken off. The figure is what is left beyond 1 % of
the delay, in milliseconds: the median of a few tries, the worst of the lengths.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import requests
from folder_speed import question as request_file
from folder_speed import turnaround
from web_desk import question, search

from onshi import Desk

LENGTHS = (0.05, 0.3, 1.0)
REPEATS = 5
GREETING = bytes.fromhex("00A4040C0AD392F000260100000001")

Exchange = Callable[[], object]
Way = Callable[[Desk], AbstractContextManager[Exchange]]


@contextmanager
def _wire(desk: Desk) -> Iterator[Exchange]:
    told, body = search(desk), question(desk)
    with requests.Session() as session:
        session.trust_env = False
        session.verify = desk.env()["ONSHI_WEBAPI_CA"]
        session.headers["Authorization"] = told["token"]
        yield lambda: session.post(told["url"], data=body, timeout=10)


@contextmanager
def _folder(desk: Desk) -> Iterator[Exchange]:
    numbers, request = itertools.count(), request_file(desk)
    root = Path(desk.env()["ONSHI_FOLDER"])
    yield lambda: turnaround(root, next(numbers), request)


@contextmanager
def _card(desk: Desk) -> Iterator[Exchange]:
    """The door pcsc, over its socket, in this process."""
    from smartcard import scard

    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, names = scard.SCardListReaders(context, [])
    code, card, _ = scard.SCardConnect(
        context, names[0], scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T1
    )
    assert code == 0, scard.SCardGetErrorMessage(code)
    yield lambda: scard.SCardTransmit(card, scard.SCARD_PCI_T1, list(GREETING))
    scard.SCardReleaseContext(context)


WAYS: dict[str, tuple[str, Way]] = {
    "wire.slow": ("webapi", _wire),
    "wire.latency": ("webapi", _wire),
    "inquiry.slow": ("webapi", _wire),
    "file.late": ("folder", _folder),
    "card.slow": ("pcsc", _card),
}


def _once(exchange: Exchange) -> float:
    start = time.perf_counter()
    exchange()
    return time.perf_counter() - start


def _worst(fault: str, door: str, way: Way) -> float:
    desk = Desk(date="2025-10-20", doors=(door,), time="real", in_process=door == "pcsc")
    with desk, way(desk) as exchange:
        exchange()
        bare = statistics.median(_once(exchange) for _ in range(REPEATS * 3))
        found, told = [], []
        for seconds in LENGTHS:
            desk.inject(fault, seconds=seconds)
            off = statistics.median(_once(exchange) - bare - seconds for _ in range(REPEATS))
            desk.board.clear()
            found.append(max(0.0, abs(off) - 0.01 * seconds) * 1000)
            told.append(f"{off * 1000:+.2f} ms of {seconds:g} s")
    print(f"{fault} is off by {', '.join(told)}")
    return max(found)


def delays_off_ms() -> dict[str, float]:
    """By fault: milliseconds beyond 1 % by which its delay is off, at the worst length."""
    return {fault: _worst(fault, *way) for fault, way in WAYS.items()}


if __name__ == "__main__":
    print(delays_off_ms())

"""How much 49 idle desks slow down the APDUs of the fiftieth: a ratio of medians.

Two programs, one with a single desk and one with 50, each with a client; all on one processor.
Short slices in turn, and who is not being measured is stopped, so that the machine's moods meet
both alike.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator

DOORS = ("pcsc", "webapi", "folder", "face")
SLICES, CALLS = 60, 300

HOST = """
import json, sys
import onshi
how = {"date": "2025-10-20", "doors": tuple(sys.argv[2].split(",")), "in_process": False}
desks = [onshi.Desk(**how) for _ in range(int(sys.argv[1]))]
print(json.dumps(desks[0].env()), flush=True)
sys.stdin.read()
for desk in desks:
    desk.close()
"""

CLIENT = """
import sys, time
from smartcard.scard import *
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
_, names = SCardListReaders(context, [])
_, card, _ = SCardConnect(context, names[0], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)
def call(command): return SCardTransmit(card, SCARD_PCI_T1, list(bytes.fromhex(command)))
call("00A4040C0AD392F000260100000001"), call("00A4020C02000A")
rv, first = call("00B0000000")
assert (rv, len(first)) == (0, 258)
read = [0, 0xB0, 0, 0, 0]
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        SCardTransmit(card, SCARD_PCI_T1, read)
    print((time.perf_counter() - start) / int(line) * 1e6, flush=True)
"""


def _start(code: str, *args: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )


class _Pair:
    """A program with desks, and a client at the first of them."""

    def __init__(self, desks: int) -> None:
        self._host = _start(HOST, str(desks), ",".join(DOORS))
        assert self._host.stdout is not None
        env = json.loads(self._host.stdout.readline())
        self._client = _start(CLIENT, env={**os.environ, **env})

    def slice(self) -> float:
        """Microseconds per APDU."""
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(f"{CALLS}\n")
        self._client.stdin.flush()
        return float(self._client.stdout.readline())

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        self._host.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._host.send_signal(signal.SIGCONT)

    def close(self) -> None:
        for one in (self._client, self._host):
            one.communicate(timeout=30)


def fifty_over_one() -> float:
    """The ratio of the medians; prints both."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    one, fifty = _Pair(1), _Pair(50)
    os.sched_setaffinity(0, before)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(SLICES):
        with fifty.stopped():
            times[0].append(one.slice())
        with one.stopped():
            times[1].append(fifty.slice())
    one.close()
    fifty.close()
    alone, among = (statistics.median(t[5:]) for t in times)
    print(f"APDU at the only desk {alone:.1f} us, at one of 50 {among:.1f} us (one processor)")
    return among / alone


if __name__ == "__main__":
    print(fifty_over_one())

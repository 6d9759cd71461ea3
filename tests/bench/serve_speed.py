"""How quick ``onshi serve`` is: to be ready, to answer, and to bring a trouble about."""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit

REPEATS = 7
TROUBLE = "card.pin_already_locked"

CLIENT = """
import sys
from smartcard.scard import *
_, context = SCardEstablishContext(SCARD_SCOPE_USER)
def tries():
    _, names = SCardListReaders(context, [])
    _, card, _ = SCardConnect(context, names[0], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)
    for command in ("00A4040C0AD392F000260100000001", "00A4020C020018", "00200080"):
        _, answer = SCardTransmit(card, SCARD_PCI_T1, list(bytes.fromhex(command)))
    SCardDisconnect(card, SCARD_LEAVE_CARD)
    return answer
for _ in sys.stdin:
    print(*tries(), flush=True)
"""


class _Served:
    def __init__(self) -> None:
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "onshi.cli", "serve", "--json", "--profile", "hodanren2025"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.env = json.loads(self.process.stdout.readline())
        self.ready = time.perf_counter() - start
        parts = urlsplit(self.env["ONSHI_CONTROL_URL"])
        self._line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
        self._head = {"Authorization": f"Bearer {self.env['ONSHI_CONTROL_TOKEN']}"}

    def call(self, method: str, path: str, body: Any = None) -> None:
        self._line.request(method, path, json.dumps(body) if body is not None else None, self._head)
        reply = self._line.getresponse()
        text = reply.read()
        assert reply.status < 300, text

    def close(self) -> None:
        self._line.close()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0


def ready_s() -> float:
    """Seconds from the start of the process to its line."""
    times = []
    for _ in range(REPEATS):
        served = _Served()
        times.append(served.ready)
        served.close()
    return statistics.median(times)


def call_and_effect_ms() -> tuple[float, float]:
    """A control call, and a trouble from its call to what a PC/SC program sees of it."""
    served = _Served()
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": served.env["PCSCLITE_CSOCK_NAME"]},
    )
    assert client.stdin is not None
    assert client.stdout is not None

    def tries() -> str:
        client.stdin.write("\n")
        client.stdin.flush()
        return client.stdout.readline()

    calls, effects = [], []
    for _ in range(50):
        served.call("POST", "/desks/0/reset", {})
        assert tries().split() == ["99", "195"], "three tries on a fresh card"
        start = time.perf_counter()
        served.call("GET", "/desks/0")
        middle = time.perf_counter()
        served.call("POST", f"/desks/0/troubles/{TROUBLE}")
        seen = tries().split()
        end = time.perf_counter()
        assert seen in (["99", "192"], ["105", "131"]), seen
        calls.append((middle - start) * 1000)
        effects.append((end - middle) * 1000)
    client.communicate(timeout=10)
    served.close()
    return statistics.median(calls), statistics.median(effects)


if __name__ == "__main__":
    print(*call_and_effect_ms(), ready_s())

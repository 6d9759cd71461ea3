"""Requests per second of the WebAPI door, beside other servers that give the same bytes.

All speak TLS, because our door speaks nothing else: a desk with the real service behind it, and
aiohttp and pytest-httpserver with its answer as a constant. wrk asks them in turn, 16 clients that
keep their connections, each server alone on one processor and wrk on another, seven
slices each; ratios are taken within a turn, so that a busy moment meets all alike.
pytest-httpserver has threads here: without them, as it comes, it keeps no connection.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from onshi import pki

HERE = Path(__file__).resolve().parent
OTHERS = HERE.parents[1] / ".venv" / "bench" / "bin" / "python"
REPEATS, SECONDS, CLIENTS = 7, 1, 16
OURS, AIOHTTP, HTTPSERVER = "WebAPI door", "aiohttp", "httpserver"

SCRIPT = """
wrk.method = "POST"
wrk.headers["Authorization"] = os.getenv("TOKEN")
wrk.headers["Content-Type"] = "application/json"
wrk.body = os.getenv("BODY")
"""


class _Server:
    """A server on one processor; ``told`` is the line that it begins with."""

    def __init__(self, processor: int, *command: str, line: str = "") -> None:
        self._process = subprocess.Popen(
            ["taskset", "-c", str(processor), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        self.told = self._process.stdout.readline().strip()
        assert self.told, f"{command} did not start"

    def close(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


def _processors() -> tuple[int, int]:
    """One for the server and one for wrk; the same one where there is no second."""
    have = sorted(os.sched_getaffinity(0))
    return have[0], have[-1]


@contextlib.contextmanager
def _servers(processor: int) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Addresses by name, and what is asked: body and token."""
    files = pki.files()
    with contextlib.ExitStack() as stack:
        ours = _Server(processor, sys.executable, str(HERE / "web_desk.py"))
        stack.callback(ours.close)
        desk = json.loads(ours.told)
        urls = {OURS: desk["url"]}
        for name in (AIOHTTP, HTTPSERVER):
            command = [str(OTHERS), str(HERE / "web_constant.py"), name]
            certificate = [str(files.server_cert), str(files.server_key)]
            other = _Server(processor, *command, *certificate, line=json.dumps(desk["answer"]))
            stack.callback(other.close)
            urls[name] = other.told
        yield urls, {"BODY": desk["body"], "TOKEN": desk["token"]}


def _rate(processor: int, url: str, script: Path, asked: dict[str, str]) -> float:
    """Requests per second; every one of them answered, and with 200."""
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script), url]
    done = subprocess.run(
        ["taskset", "-c", str(processor), *command],
        check=True, capture_output=True, text=True, env={**os.environ, **asked},
    )  # fmt: skip
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def web_rates() -> dict[str, list[float]]:
    """Requests per second by server, one figure for each turn."""
    for program in ("wrk", "taskset"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install wrk util-linux")
    if not OTHERS.exists():
        sys.exit(f"{OTHERS} is missing: `make bench` makes it")
    server, client = _processors()
    with tempfile.TemporaryDirectory() as folder, _servers(server) as (urls, asked):
        script = Path(folder, "post.lua")
        script.write_text(SCRIPT, encoding="utf-8")
        rates: dict[str, list[float]] = {name: [] for name in urls}
        for turn in range(REPEATS + 1):
            for name, url in urls.items():
                rate = _rate(client, url, script, asked)
                if turn:  # the first one warms up
                    rates[name].append(rate)
    return rates


def web_ratios() -> tuple[float, float]:
    """Our requests per second in those of pytest-httpserver, and in those of aiohttp."""
    rates = web_rates()
    for name, found in rates.items():
        print(f"{name:28}{statistics.median(found):10.0f} requests/s over TLS")
    ours = rates[OURS]
    return (
        statistics.median(a / b for a, b in zip(ours, rates[HTTPSERVER], strict=True)),
        statistics.median(a / b for a, b in zip(ours, rates[AIOHTTP], strict=True)),
    )


if __name__ == "__main__":
    print(*web_ratios())

"""Programs that only watch readers and cards: what they print, as it comes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

import pytest

from onshi import Desk

__all__ = ["Watcher", "monitors", "pcsc_scan"]

MONITORS = Path(__file__).parents[1] / "clients" / "programs" / "monitors.py"
PATIENCE = 10.0


class Watcher:
    """A program that runs until it is ended; ``text`` is what it has printed so far."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.text = ""
        self._came = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while chunk := os.read(self._process.stdout.fileno(), 4096):
            with self._came:
                self.text += chunk.decode(errors="replace")
                self._came.notify_all()

    def _in_order(self, wanted: tuple[str, ...]) -> bool:
        at = 0
        for one in wanted:
            found = self.text.find(one, at)
            if found < 0:
                return False
            at = found + len(one)
        return True

    def saw(self, *wanted: str, within: float = PATIENCE) -> None:
        """Wait until it has printed these, one after the other; fails the test if it does not."""
        with self._came:
            came = self._came.wait_for(lambda: self._in_order(wanted), within)
        if not came:
            pytest.fail(f"{wanted} did not all come within {within} s, but:\n{self.text}")

    def __enter__(self) -> Watcher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait(10)
        self._thread.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def monitors(desk: Desk) -> Watcher:
    """A CardMonitor and a ReaderMonitor: ``card + ATR``, ``reader - NAME`` ..."""
    return Watcher([sys.executable, "-u", str(MONITORS)], desk.env())


def pcsc_scan(desk: Desk) -> Watcher:
    """pcsc_scan without analysis of the ATR, its output as it is printed."""
    return Watcher(["stdbuf", "-o0", "pcsc_scan", "-n"], desk.env())

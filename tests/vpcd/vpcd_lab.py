"""A real pcscd with the vpcd driver on a machine of its own, and programs beside it."""

from __future__ import annotations

import contextlib
import json
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netns_pair import Machine

__all__ = ["EMPTY", "MUTE", "PRESENT", "SELECT", "Inside", "Pcscd", "until"]

EMPTY, PRESENT, MUTE = 0x10, 0x20, 0x200
SELECT = "00A4040C0AD392F000260100000001"
_CONFIG = """FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      {library}
CHANNELID    0x8C7B
"""


class Pcscd:
    """The daemon of one machine; ``folder`` is for its configuration."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self._machine, self._folder = machine, folder
        self._run = Path(f"/proc/{machine.pid}/root", "run/pcscd")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until both of the driver's slots are there."""
        driver = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
        program = shutil.which("pcscd", path="/usr/sbin:/usr/bin:/sbin:/bin")
        assert program, "install the Debian package pcscd"
        assert driver.exists(), "install the Debian package vsmartcard-vpcd"
        (self._folder / "vpcd").write_text(_CONFIG.format(library=driver), encoding="utf-8")
        self._run.mkdir(exist_ok=True)
        for name in ("pcscd.comm", "pcscd.pid"):
            (self._run / name).unlink(missing_ok=True)
        self._process = self._machine.start(
            program, "--foreground", "--config", str(self._folder),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        until((self._run / "pcscd.comm").exists, 10)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


class Inside:
    """A process of :mod:`vpcd_inside` on a machine: its functions are called by name.

    Without a machine it runs here, with the environment ``env``.
    """

    def __init__(self, machine: Machine | None, env: dict[str, str] | None = None) -> None:
        start = machine.start if machine is not None else _start_here
        how: dict[str, Any] = {"env": env} if env is not None else {}
        self._process = start(
            sys.executable, str(Path(__file__).with_name("vpcd_inside.py")),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how,
        )  # fmt: skip
        self._rest = b""

    def __call__(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Call a function and wait for its result; an exception there is an AssertionError."""
        self.begin(name, *arguments, **keywords)
        return self.result()

    def begin(self, name: str, *arguments: Any, **keywords: Any) -> None:
        """Call it; :meth:`result` waits for it."""
        assert self._process.stdin is not None
        line = json.dumps([name, arguments, keywords])
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def result(self, seconds: float = 20) -> Any:
        """The result of the last call."""
        out, end = self._process.stdout, time.monotonic() + seconds
        assert out is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([out], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"no answer within {seconds} s"
            chunk = out.read1(65536)  # type: ignore[attr-defined]
            assert chunk, "the process inside has ended"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        value, error = json.loads(line)
        assert not error, error
        return value

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()


def _start_here(*argv: str, **how: Any) -> subprocess.Popen[Any]:
    return subprocess.Popen(argv, **how)


def until(condition: Callable[[], object], seconds: float = 3.0) -> None:
    """Wait for a condition; AssertionError when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)

"""The program that a command was given after ``--``: started, told of signals, waited for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

__all__ = ["Child", "run"]

_GRACE = 5.0
"""Seconds that a program has to end after SIGTERM."""


class Child:
    """A program beside a server: when it ends, ``then`` is called from a thread.

    Like a shell, :attr:`code` is 127 for a program that does not exist, 126 for one that cannot be
    run, and 128 + n for one that signal n ended. ``who`` begins the sentence about it.
    """

    def __init__(self, command: list[str], env: dict[str, str], *, who: str) -> None:
        self._command, self._env, self._who = command, env, who
        self._process: subprocess.Popen[bytes] | None = None
        self.code = 0

    def start(self, then: Callable[[], None] | None = None) -> bool:
        """Start it; False, with a sentence on standard error, where that cannot be done."""
        name = self._command[0]
        try:
            self._process = subprocess.Popen(self._command, env=self._env)
        except OSError as e:
            # A folder on the path that may not be read looks like a program that may not be run.
            nowhere = os.sep not in name and shutil.which(name, path=self._env.get("PATH")) is None
            if isinstance(e, FileNotFoundError) or nowhere:
                print(f"{self._who}: there is no program {name!r}", file=sys.stderr)
                self.code = 127
            else:
                print(f"{self._who}: {name!r} cannot be run: {e.strerror}", file=sys.stderr)
                self.code = 126
        if self._process is None:
            if then is not None:
                then()
            return False
        if then is not None:
            threading.Thread(target=self._watch, args=(then,), daemon=True).start()
        return True

    def _watch(self, then: Callable[[], None]) -> None:
        self.wait()
        then()

    def wait(self) -> int:
        """Wait for its end; its code."""
        if self._process is not None:
            code = self._process.wait()
            self.code = 128 - code if code < 0 else code
        return self.code

    def tell(self, number: int) -> None:
        """Pass a signal on."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def end(self) -> int:
        """See to it that it has ended, gently if possible; its code."""
        if self._process is not None and self._process.poll() is None:
            self.tell(signal.SIGTERM)
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self.wait()


def run(command: list[str], env: dict[str, str], *, who: str) -> int:
    """Run it to its end; Ctrl-C reaches it as it reaches us, and then it has the last word."""
    child = Child(command, env, who=who)
    if not child.start():
        return child.code
    before = {
        s: signal.signal(s, lambda n, _: None if n == signal.SIGINT else child.tell(n))
        for s in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

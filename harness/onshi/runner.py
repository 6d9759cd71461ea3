"""Runs an integration's methods where a hung one can be left behind."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping
from types import CoroutineType
from typing import Any

from onshi.errors import OnshiError

__all__ = ["AdapterHungError", "AdapterLeftError", "Runner"]


class AdapterHungError(Exception):
    """The adapter did not come back within the harness' patience."""


class AdapterLeftError(Exception):
    """The adapter raised what ends a program (SystemExit) or a test; that is its cause."""


class Runner:
    """Runs an integration's methods in one thread of their own.

    One thread for the whole session, because products keep thread-bound things (a database
    connection, a window); a hung call is abandoned with its thread, and the next call starts the
    product anew in another. Raises :class:`OnshiError` for an integration that cannot be made.
    """

    def __init__(self, make: Callable[[], Any], *, patience: float) -> None:
        self._make, self._patience = make, patience
        self._jobs: queue.SimpleQueue[Any] | None = None
        self.integration = self._made()
        self._env: Mapping[str, str] | None = None

    def _made(self) -> Any:
        try:
            return self._make()
        except Exception as e:
            name = f"{self._make.__module__}:{getattr(self._make, '__qualname__', self._make)}"
            raise OnshiError(f"{name} cannot be made: {type(e).__name__}: {e}") from e

    def start(self, env: Mapping[str, str]) -> None:
        """Start the product, once for the same environment."""
        if self._env == dict(env):
            return
        if self._env is not None:
            self.call("stop")
        self._env = dict(env)
        self.call("start", self._env)

    def call(self, method: str, *args: Any) -> Any:
        """One method of the integration, or None where the adapter has no such method.

        Raises :class:`AdapterHungError`, :class:`AdapterLeftError`, or what the method raises.
        """
        work = getattr(self.integration, method, None)
        if work is None:
            return None
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(self._jobs,), daemon=True).start()
        done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._jobs.put((work, args, done))
        try:
            ok, value = done.get(timeout=self._patience)
        except queue.Empty:
            self._abandon()
            raise AdapterHungError(
                f"{method}() did not return within {self._patience:g} seconds"
            ) from None
        if ok and isinstance(value, CoroutineType):
            value.close()
            raise TypeError(
                f"{method}() is async: it is called in a thread of its own and may simply wait"
            )
        if ok:
            return value
        if not isinstance(value, Exception):
            raise AdapterLeftError(str(value)) from value
        raise value

    def _abandon(self) -> None:
        """Leave a hung thread behind; the next visit gets a fresh adapter in a fresh thread."""
        if self._jobs is not None:
            self._jobs.put(None)
        self._jobs = None
        self._env = None
        self.integration = self._made()

    def stop(self) -> None:
        """Stop the product; whatever it raises at the end is of no consequence any more."""
        if self._env is not None:
            with contextlib.suppress(Exception):
                self.call("stop")
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None
        self._env = None


def _serve(jobs: queue.SimpleQueue[Any]) -> None:
    while (job := jobs.get()) is not None:
        work, args, done = job
        try:
            done.put((True, work(*args)))
        except BaseException as e:
            done.put((False, e))

"""The pyscard patch: pyscard's C functions, answered by a desk of this very process.

While a desk is attached, the attributes of ``smartcard.scard._scard`` are functions of ours;
pyscard looks them up at each call, so that code which has imported its names before is reached,
too. For Windows, for macOS, and for a machine without libpcsclite: no socket, no library.

A context or a handle that a program keeps beyond its desk is still answered here, by an error,
until it is given back; everything else goes to the real functions again, which are back in their
places once nothing is left.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

from onshi.doors.continued import Continued
from onshi.doors.finalizers import FINAL, later
from onshi.doors.pcscd import Attached
from onshi.doors.pyscard_calls import Calls
from onshi.doors.pyscard_context import Context
from onshi.doors.pyscard_flavour import Flavour
from onshi.doors.pyscard_library import LibraryCalls, RepeatedCalls
from onshi.errors import OnshiError
from onshi.reader import ReaderEngine, ReaderState, Recorder
from onshi.seams import ReaderCalls

__all__ = ["PyscardDoor", "pyscard_door", "pyscard_module"]

_ADVICE = 'pip install "pytest-onshi[pcsc]"'


def pyscard_module() -> Any:
    """pyscard's C module. Raises :class:`OnshiError` where pyscard is not installed or broken."""
    if find_spec("smartcard") is None:
        raise OnshiError(f"the door pyscard needs pyscard, which is not installed: {_ADVICE}")
    try:
        return importlib.import_module("smartcard.scard._scard")
    except ImportError as e:
        raise OnshiError(f"pyscard cannot be imported ({e}); install it again: {_ADVICE}") from None


class PyscardDoor:
    """This process's own door to PC/SC, with at most one desk behind it."""

    def __init__(self) -> None:
        self.desk: Attached | None = None
        self.flavour: Flavour | None = None
        self.contexts: dict[int, Context] = {}
        self.handles: dict[int, Context] = {}
        self.turn = threading.Condition()
        """Guards what is above, and tells who waits that something has changed."""
        self.changes = 0
        self._calls: RepeatedCalls | None = None
        self._had_readers = False
        self._continued = Continued()
        self._module: Any = None
        self._originals: dict[str, Callable[..., Any]] = {}
        self._displaced: dict[str, Callable[..., Any]] = {}
        self._ours: dict[str, Callable[..., Any]] = {}
        if hasattr(os, "register_at_fork"):  # Windows has neither
            os.register_at_fork(after_in_child=self._forked)

    # ------------------------------------------------------------------ desks
    def attach(
        self,
        engine: ReaderEngine,
        chain: Callable[[ReaderCalls], ReaderCalls],
        flavour: Flavour,
        *,
        keep_contexts: bool = False,
    ) -> None:
        """Put a desk behind pyscard; ``chain`` puts its faults around what answers the calls.

        Raises :class:`OnshiError` without pyscard, and when another desk is attached.
        """
        module = pyscard_module()
        library = LibraryCalls(engine, flavour)
        recorder = Recorder(engine, chain(library), repeats=library.repeats)
        calls = RepeatedCalls(library, recorder)
        with self.turn:
            if self.desk is not None:
                raise OnshiError(
                    "another desk of this process is attached to pyscard: close it first"
                )
            self._module, self.flavour, self._calls = module, flavour, calls
            self.desk = Attached(engine, calls, 0, keep_contexts)
            self._had_readers = bool(engine.states())
            self._patch()
        engine.listeners.append(self.changed)
        engine.restarted.append(self._restarted)
        self.changed()

    def detach(self) -> None:
        """Take the desk away and put pyscard's functions back. Idempotent.

        Waits end: one for a change with the card gone, a call inside the desk with an error.
        """
        with self.turn:
            desk, calls = self.desk, self._calls
            if desk is None or calls is None:
                return
            self._continued.keep(desk.engine.states())
            self.desk = self._calls = None
            self._restore_if_idle()
        calls.released.set()
        desk.engine.listeners.remove(self.changed)
        desk.engine.restarted.remove(self._restarted)
        desk.engine.close()
        self._tell()

    def changed(self) -> None:
        """Something that programs can see has changed."""
        with self.turn:
            desk, flavour = self.desk, self.flavour
            if desk is not None and flavour is not None and flavour.stops_when_empty:
                there = bool(desk.engine.states())
                if self._had_readers and not there:
                    for context in self.contexts.values():
                        context.stopped = True
                self._had_readers = there
        self._tell()

    def _restarted(self) -> None:
        """The service went away: every context is as after a connection that broke off."""
        with self.turn:
            for context in self.contexts.values():
                context.broken = True
        self._tell()

    def _tell(self) -> None:
        with self.turn:
            self.changes += 1
            self.turn.notify_all()

    def view(
        self,
        context: Context,
        desk: Attached | None,
        states: tuple[ReaderState, ...] | None,
    ) -> tuple[ReaderState, ...]:
        """The readers as this context sees them; one of an earlier desk sees them go on."""
        if desk is not None and desk.engine.closed:
            desk = states = None
        return self._continued.seen(states) if context.left_over(desk) else states or ()

    # --------------------------------------------------------------- contexts
    def remember(self, context: Context) -> None:
        """A context was established."""
        with self.turn:
            self.contexts[context.number] = context

    def forget(self, context: Context) -> None:
        """A context was given back, with all its handles."""
        with self.turn:
            self.contexts.pop(context.number, None)
            for handle in [h for h, owner in self.handles.items() if owner is context]:
                del self.handles[handle]
            if self.desk is None:
                self._restore_if_idle()

    # -------------------------------------------------------------- functions
    def original(self, name: str) -> Callable[..., Any]:
        """pyscard's own function."""
        return self._originals[name]

    def _patch(self) -> None:
        """Call it with the lock held. Functions that pyscard lacks here are left out."""
        if not self._ours:
            for name, function in Calls(self, self._module).functions().items():
                if hasattr(self._module, name):
                    self._originals[name] = getattr(self._module, name)
                    self._ours[name] = later().guard(function) if name in FINAL else function
        for name, function in self._ours.items():
            found = getattr(self._module, name)
            if found is not function:
                self._displaced[name] = found
                setattr(self._module, name, function)

    def _restore_if_idle(self) -> None:
        if not self.contexts:
            self._restore()

    def _restore(self) -> None:
        """What somebody else has put in our place meanwhile stays."""
        for name, function in self._displaced.items():
            if getattr(self._module, name) is self._ours[name]:
                setattr(self._module, name, function)
        self._displaced = {}

    def _forked(self) -> None:
        """A forked child has none of this: its PC/SC is the machine's."""
        self.turn = threading.Condition()
        self.desk = self._calls = None
        self.contexts, self.handles = {}, {}
        self._restore()


@cache
def pyscard_door() -> PyscardDoor:
    """This process's, made at first use."""
    return PyscardDoor()

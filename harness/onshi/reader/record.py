"""The journal of what a program did and what it got, seen from outside every fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onshi.journal import apdu_hex
from onshi.reader.codes import ScardError
from onshi.reader.engine import ReaderEngine
from onshi.reader.records import Client
from onshi.seams import HangUpError, ReaderCalls

__all__ = ["Recorder"]

_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_MODES = {1: "exclusive", 2: "shared", 3: "direct"}
_ACTIONS = {0: "leave", 1: "reset", 2: "unpower", 3: "eject"}
_SILENT = frozenset({"ReadersState", "Wait", "ReleaseContext", "Status", "Cancel", "GetAttrib"}) | {
    "ListReaders",
    "ListReaderGroups",
    "GetStatusChange",
    "IsValidContext",
}
_RETRIED = frozenset({"Transmit", "Reconnect", "BeginTransaction", "EndTransaction", "Control"})


class Recorder:
    """Wraps the outermost ``ReaderCalls`` of a desk; a door calls this.

    Events in the client's lane, with ``rv`` as eight hex digits:

    - ``establish``, with ``rv`` when it failed; otherwise written with the context's first
      connection, because contexts that only look at the readers are polls;
    - ``connect`` {reader, mode, rv}: position of the reader, -1 for a name that is none's;
    - ``apdu`` {c, r}, or {c, rv} when the call failed;
    - ``reconnect`` {mode, action, rv}, ``disconnect`` {action, rv}, ``begin_transaction`` {rv},
      ``end_transaction`` {action, rv}, ``control`` {code, rv}, ``set_attrib`` {rv};
    - ``hang_up`` {call}: the connection broke off instead of an answer.

    Handles, polls and what libpcsclite repeats by itself while a card is in use
    (SHARING_VIOLATION) are left out: how many there are is a race. ``repeats`` says of the call
    that a client has just made whether it is such a one.
    """

    def __init__(
        self,
        engine: ReaderEngine,
        calls: ReaderCalls,
        *,
        repeats: Callable[[Client], bool] = lambda client: True,
    ) -> None:
        self._engine, self._call, self._repeats = engine, calls.call, repeats

    def call(self, name: str, client: Client, /, *args: Any) -> tuple[Any, ...]:
        """Pass the call on and journal it. Raises what the call raises."""
        try:
            result = self._call(name, client, *args)
        except HangUpError:
            self._begin(name, client, args)
            client.lane.event("hang_up", call=name)
            raise
        if name == "Transmit":
            code = result[0]
            if code == 0:
                client.lane.event("apdu", c=apdu_hex(args[2]), r=result[1].hex().upper())
            elif code != _SHARING or not self._repeats(client):
                client.lane.event("apdu", c=apdu_hex(args[2]), rv=f"{code:08X}")
        elif name not in _SILENT:
            self._write(name, client, args, result[0])
        return result

    def _begin(self, name: str, client: Client, args: tuple[Any, ...]) -> None:
        """The context's first connection: now it is more than a poll."""
        if name == "Connect" and args[0] not in client.established:
            client.established.add(args[0])
            client.lane.event("establish")

    def _write(self, name: str, client: Client, args: tuple[Any, ...], code: int) -> None:
        if code == _SHARING and name in _RETRIED and self._repeats(client):
            return
        rv = f"{code:08X}"
        if name == "EstablishContext":
            if code:
                client.lane.event("establish", rv=rv)
        elif name == "Connect":
            self._begin(name, client, args)
            reader = self._engine.index_of(args[1])
            client.lane.event("connect", reader=reader, mode=_MODES.get(args[2], "?"), rv=rv)
        elif name == "Reconnect":
            mode, action = _MODES.get(args[1], "?"), _ACTIONS.get(args[3], "?")
            client.lane.event("reconnect", mode=mode, action=action, rv=rv)
        elif name == "Disconnect":
            client.lane.event("disconnect", action=_ACTIONS.get(args[1], "?"), rv=rv)
        elif name == "BeginTransaction":
            client.lane.event("begin_transaction", rv=rv)
        elif name == "EndTransaction":
            client.lane.event("end_transaction", action=_ACTIONS.get(args[1], "?"), rv=rv)
        elif name == "Control":
            client.lane.event("control", code=f"{args[1]:08X}", rv=rv)
        else:
            client.lane.event("set_attrib", rv=rv)

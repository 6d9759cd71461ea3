"""Another program has the card."""

from __future__ import annotations

import math
from typing import Any, Literal, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun, fault
from onshi.reader import ScardError, ShareMode
from onshi.seams import ReaderCalls, Seam

_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_RETRY = 0.1
"""Seconds after which libpcsclite repeats a call that found the card in use."""
_ANY_PROTOCOL = 3
_USES = ("Connect", "Reconnect", "BeginTransaction", "Transmit", "Status", "Control", "GetAttrib")


@runtime_checkable
class _Service(Protocol):
    """Hands that are the service, too: where another program can connect."""

    def name(self, reader: str | None = None) -> str: ...

    def in_transaction(self, reader: str | None = None) -> bool: ...

    def client(self) -> Any: ...

    def drop(self, client: Any) -> None: ...

    def call(self, name: str, client: Any, /, *args: Any) -> tuple[Any, ...]: ...


@fault("reader.sharing", Seam.READER, title="別のプログラムがカードを使用中")
class Sharing(Fault, frozen=True, kw_only=True):
    """Once, from the first call that needs the card (or the one that the schedule picks) on.

    - ``exclusive``: Connect is SCARD_E_SHARING_VIOLATION. Nothing of the kind can be while the
      program under test is connected: then the other one comes when it no longer is.
    - ``transaction``: calls on the card are SCARD_E_SHARING_VIOLATION, which no program sees:
      libpcsclite itself repeats them every 100 ms, without any time limit, so the program is
      only late. Connect waits, as in pcscd. Held for ever, that would be a program that hangs
      for ever: refused.

    The other lets go after ``attempts`` refused calls, or after ``seconds`` if they are given;
    0 attempts with ``exclusive``: when the fault is taken back. A transaction ends at the desk's
    deadline at the latest, and cannot begin within the program's own.
    """

    hold: Literal["exclusive", "transaction"] = "exclusive"
    attempts: int = 3
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.attempts <= 600:
            raise ValueError(f"attempts is 0 to 600, not {self.attempts}")
        if not 0 <= self.seconds <= 86400:
            raise ValueError(f"seconds is 0 to 86400, not {self.seconds}")
        if self.hold == "transaction" and not self.attempts and not self.seconds:
            raise ValueError(
                "a transaction without an end: libpcsclite repeats the call every 100 ms and the "
                'program hangs for ever; say attempts or seconds, or hold = "exclusive"'
            )

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        if run.state.get("over") or names[0] not in _USES:
            return False
        if "held" in run.state:
            return True
        usual = names[0] == "Connect" or self.hold == "transaction"
        return None if usual or run.runtime.schedule.match else False

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        if "held" not in run.state and not self._take(run):
            return calls.call(name, client, args)
        if name == "Connect" and self.hold == "transaction":
            run.wait(self._limit(run) * _RETRY if not self.seconds else self.seconds)
            self._let_go(run)
        result = calls.call(name, client, args)
        if result[0] == _SHARING:
            run.state["refused"] += 1
            if run.state["refused"] >= self._limit(run):
                self._let_go(run)
        return result

    def _limit(self, run: FaultRun) -> float:
        """How many refused calls; where time is virtual each of them is 100 ms."""
        if self.seconds:
            seconds = min(self.seconds, run.deadline)
            return math.ceil(seconds / _RETRY) if run.clock.virtual else math.inf
        return self.attempts or math.inf

    def _take(self, run: FaultRun) -> bool:
        """The other program connects. False when it cannot, because somebody is there."""
        service = run.hands
        if not isinstance(service, _Service):
            return False
        if service.in_transaction():
            # It would wait for the very program that makes this call.
            run.lane.event("not_free", rv=f"{_SHARING:08X}")
            return False
        other = service.client()
        _, context = service.call("EstablishContext", other, 0)
        mode = ShareMode.EXCLUSIVE if self.hold == "exclusive" else ShareMode.SHARED
        where = service.name()
        code, *values = service.call("Connect", other, context, where, int(mode), _ANY_PROTOCOL)
        if not code and self.hold == "transaction":
            code = service.call("BeginTransaction", other, values[0])[0]
        if code:
            service.drop(other)
            run.lane.event("not_free", rv=f"{code:08X}")
            return False
        run.state["refused"], run.state["held"] = 0, (service, other, values[0])
        run.at_end(lambda: self._let_go(run))
        longest = self.seconds or (run.deadline if self.hold == "transaction" else 0.0)
        if longest:
            run.clock.later(min(longest, run.deadline), lambda: self._let_go(run))
        return True

    def _let_go(self, run: FaultRun) -> None:
        run.state["over"] = True
        held = run.state.pop("held", None)
        if held is not None:
            service, other, handle = held
            if self.hold == "transaction":
                service.call("EndTransaction", other, handle, 0)
            service.call("Disconnect", other, handle, 0)
            service.drop(other)

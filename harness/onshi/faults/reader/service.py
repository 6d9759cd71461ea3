"""The PC/SC service is dead, stops, or starts again."""

from __future__ import annotations

from typing import Any, Literal, Protocol, runtime_checkable

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.comings import watched
from onshi.reader import ScardError
from onshi.seams import HangUpError, ReaderCalls, Seam

_NO_SERVICE = int(ScardError.SCARD_E_NO_SERVICE)
_STOPPED = int(ScardError.SCARD_E_SERVICE_STOPPED)
_WITHOUT_CODE = ("ReadersState", "Wait", "ReleaseContext", "Cancel")


@runtime_checkable
class _Service(Protocol):
    """Hands that are the service, too."""

    def restart(self) -> None: ...


@fault("reader.service", Seam.READER, title="PC/SC サービスが動いていない・止まる・再起動する")
class Service(Fault, frozen=True, kw_only=True):
    """Once; ``state`` says what happens, the schedule at which call.

    - ``dead``, at any call: EstablishContext is SCARD_E_NO_SERVICE, and whoever has a context
      already loses the connection;
    - ``stopped``, at a Transmit unless ``match`` differs: this and every later call of the
      programs that were there is SCARD_E_SERVICE_STOPPED, until they establish a new context;
    - ``restarted``, likewise, or while a program waits for a change: every connection closes and
      every handle is void, as when the daemon is started anew.

    ``attempts``: so many EstablishContext are refused with SCARD_E_NO_SERVICE before one works.
    0 is for ever where the service is dead, and none otherwise.
    """

    state: Literal["dead", "stopped", "restarted"] = "dead"
    attempts: int = 0

    def __post_init__(self) -> None:
        if self.attempts < 0:
            raise ValueError(f"attempts counts from 0, not {self.attempts}")

    def in_force(self, names: tuple[str, ...], run: FaultRun) -> bool | None:
        if "refused" in run.state:
            return True
        if run.runtime.schedule.match or self.state == "dead":
            return None
        if self.state == "restarted":
            seen = watched(names, run, lambda: self._restart(run))
            return seen if names[0] == "Transmit" else False
        return None if names[0] == "Transmit" else False

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        if "refused" not in run.state:
            run.state["refused"], run.state["new"] = 0, []
            if self.state == "restarted":
                self._restart(run)
                raise HangUpError
        if name == "EstablishContext":
            if self._refuses(run):
                run.state["refused"] += 1
                return (_NO_SERVICE,)
            run.state["new"].append(client)
        elif client not in run.state["new"]:
            if self.state == "dead":
                raise HangUpError
            if self.state == "stopped" and name not in _WITHOUT_CODE:
                return (_STOPPED,)
        return calls.call(name, client, args)

    def _restart(self, run: FaultRun) -> None:
        run.state["refused"], run.state["new"] = 0, []
        service = run.hands
        if isinstance(service, _Service):
            service.restart()

    def _refuses(self, run: FaultRun) -> bool:
        for_ever = self.state == "dead" and not self.attempts
        return for_ever or run.state["refused"] < self.attempts

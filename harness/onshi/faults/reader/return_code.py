"""An SCard call answers an error code, and the card never hears of it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, ClassVar

from onshi.errors import CannotDeliverError, UnknownNameError
from onshi.faults.base import Fault, FaultRun, fault
from onshi.reader import ScardError, code_of
from onshi.schedule import Schedule
from onshi.seams import ReaderCalls, Seam

_SHARING = int(ScardError.SCARD_E_SHARING_VIOLATION)
_RETRIED = ("Transmit", "Reconnect", "Status", "EndTransaction", "Control", "GetAttrib")
_CALLS = (
    *_RETRIED,
    *("EstablishContext", "ReleaseContext", "Connect", "Disconnect", "BeginTransaction"),
    *("SetAttrib", "Cancel"),
)
_WITHOUT_CODE = {
    "ListReaders": "libpcsclite answers ListReaders from the readers' states",
    "GetStatusChange": "libpcsclite answers GetStatusChange from the readers' states",
    "ReadersState": "the readers' states carry no return code",
    "Wait": "waiting for a change ends with the change, not with a return code",
    "IsValidContext": "libpcsclite answers IsValidContext by itself",
}


@fault("reader.return_code", Seam.READER, title="カードリーダーの呼び出しがエラーコードを返す")
class ReturnCode(Fault, frozen=True, kw_only=True):
    """``code``: a name (``SCARD_W_UNRESPONSIVE_CARD``, ``NO_SERVICE``), hex (``0x80100066``) or
    the number in decimal, with a sign or without.

    The schedule's ``match`` picks the calls (``Connect``, ``Transmit``, ``EstablishContext`` …)
    or the commands inside a Transmit (``VERIFY``, ``00B0*``); without one it is Connect and
    Transmit, and only Connect for SHARING_VIOLATION. The reader stays as it is; ``reader.lost``
    takes it away.

    Raises ValueError for an unknown code and for what no program would ever see.
    """

    OPERATIONS: ClassVar[frozenset[str]] = frozenset({"Connect", "Transmit"})

    code: str | int = "SCARD_W_UNRESPONSIVE_CARD"

    def __post_init__(self) -> None:
        try:
            if self.number == 0:
                raise ValueError("code: success is no fault, and its values cannot be made up")
        except UnknownNameError as e:
            raise ValueError(str(e)) from None

    @property
    def number(self) -> int:
        """The code as the wire carries it."""
        return code_of(str(self.code))

    def check(self, schedule: Schedule) -> None:
        """Raises :class:`CannotDeliverError` for a schedule that no program would ever see."""
        pattern = schedule.match
        _deliverable(self.number, pattern)
        endless = (
            schedule.nth is None
            and schedule.first is None
            and schedule.window is None
            and schedule.until_count is None
        )
        if self.number == _SHARING and endless and _retried(pattern):
            raise CannotDeliverError(
                "SHARING_VIOLATION without an end: libpcsclite repeats the call every 100 ms and "
                "the program hangs; say how often with first, nth, window or until_count"
            )

    def call(
        self, name: str, client: Any, args: tuple[Any, ...], calls: ReaderCalls, run: FaultRun
    ) -> tuple[Any, ...]:
        if name in _WITHOUT_CODE or self._repeated(name, run):
            return calls.call(name, client, args)
        return (self.number,)

    def _repeated(self, name: str, run: FaultRun) -> bool:
        """A sharing violation that libpcsclite would repeat: only Connect, unless asked for."""
        if self.number != _SHARING:
            return False
        asked_for = bool(run.runtime.schedule.match)
        return name == "BeginTransaction" or (name != "Connect" and not asked_for)


def _matches(pattern: str, names: tuple[str, ...]) -> bool:
    parts = [p.strip() for p in pattern.split("|") if p.strip()]
    return any(fnmatchcase(name, p) for p in parts for name in names)


def _retried(pattern: str) -> bool:
    """Whether libpcsclite would repeat a call of these by itself; commands are in a Transmit."""
    parts = [p.strip() for p in pattern.split("|") if p.strip()]
    commands = [p for p in parts if not _matches(p, _CALLS)]
    return bool(commands) or _matches(pattern, _RETRIED)


def _deliverable(code: int, pattern: str) -> None:
    for name, reason in _WITHOUT_CODE.items():
        if name in [p.strip() for p in pattern.split("|")]:
            raise CannotDeliverError(f"{name} cannot fail by a return code: {reason}")
    if code == _SHARING and "BeginTransaction" in [p.strip() for p in pattern.split("|")]:
        raise CannotDeliverError(
            "SHARING_VIOLATION cannot be delivered from BeginTransaction: libpcsclite repeats the "
            "call until it succeeds; let another program hold a transaction instead"
        )

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
_PATCH = "pyscard"
_NO_CALLS = {
    "ReadersState": "the readers' states carry no return code",
    "Wait": "waiting for a change ends with the change, not with a return code",
}
_ELSEWHERE = '; a desk with doors=("pyscard",) can make it fail'
_WITHOUT_CODE = _NO_CALLS | {
    "ListReaders": "libpcsclite answers ListReaders from the readers' states" + _ELSEWHERE,
    "ListReaderGroups": "libpcsclite answers ListReaderGroups by itself" + _ELSEWHERE,
    "GetStatusChange": "libpcsclite answers GetStatusChange from the readers' states" + _ELSEWHERE,
    "IsValidContext": "libpcsclite answers IsValidContext by itself" + _ELSEWHERE,
}


@fault("reader.return_code", Seam.READER, title="カードリーダーの呼び出しがエラーコードを返す")
class ReturnCode(Fault, frozen=True, kw_only=True):
    """``code``: a name (``SCARD_W_UNRESPONSIVE_CARD``, ``NO_SERVICE``), hex (``0x80100066``) or
    the number in decimal, with a sign or without.

    The schedule's ``match`` picks the calls (``Connect``, ``Transmit``, ``EstablishContext`` …)
    or the commands inside a Transmit (``VERIFY``, ``00B0*``); without one it is Connect and
    Transmit, and only Connect for SHARING_VIOLATION, which libpcsclite would repeat (both at the
    door ``pyscard``, where ListReaders, GetStatusChange and the like can fail, too). The reader
    stays as it is; ``reader.lost`` takes it away.

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

    def check_doors(self, schedule: Schedule, doors: frozenset[str]) -> None:
        """Raises :class:`CannotDeliverError` for a schedule that no program would ever see.

        At the door ``pyscard`` no libpcsclite stands between: it can do all but make the readers'
        states or a wait fail, of which a program knows nothing.
        """
        pattern = schedule.match
        if _PATCH in doors:
            _refuse(pattern, _NO_CALLS)
            return
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
        if name in _NO_CALLS or (_PATCH not in run.doors and self._repeated(name, run)):
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


def _refuse(pattern: str, reasons: dict[str, str]) -> None:
    for name, reason in reasons.items():
        if name in [p.strip() for p in pattern.split("|")]:
            raise CannotDeliverError(f"{name} cannot fail by a return code: {reason}")


def _deliverable(code: int, pattern: str) -> None:
    _refuse(pattern, _WITHOUT_CODE)
    if code == _SHARING and "BeginTransaction" in [p.strip() for p in pattern.split("|")]:
        raise CannotDeliverError(
            "SHARING_VIOLATION cannot be delivered from BeginTransaction: libpcsclite repeats the "
            "call until it succeeds; let another program hold a transaction instead, or use a desk "
            'with doors=("pyscard",)'
        )

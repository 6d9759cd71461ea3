"""Which of the two hosts, login and search, a wire fault is about."""

from __future__ import annotations

from fnmatch import fnmatchcase

from onshi.errors import CannotDeliverError
from onshi.faults.base import Fault
from onshi.schedule import ALWAYS, Schedule

__all__ = ["hosts_meant", "only_at_login", "only_at_work"]

_HOSTS = ("auth", "search")


def hosts_meant(schedule: Schedule) -> frozenset[str]:
    """``auth``, ``search`` or both, as the schedule's ``match`` has it."""
    patterns = [p.strip() for p in schedule.match.split("|") if p.strip()] or ["*"]
    return frozenset(h for h in _HOSTS if any(fnmatchcase(h, p) for p in patterns))


def only_at_login(fault: Fault, schedule: Schedule) -> None:
    """Refuse a schedule that is not about the login. Raises :class:`CannotDeliverError`."""
    if schedule.match and hosts_meant(schedule) != {"auth"}:
        raise CannotDeliverError(
            f"fault {fault.NAME} cannot meet {schedule.match!r}: only the login host asks for a "
            "client certificate; leave match out, or say auth"
        )


def only_at_work(fault: Fault, schedule: Schedule) -> None:
    """Refuse a schedule that counts: nobody sees an attempt that never becomes a connection.

    Raises :class:`CannotDeliverError`.
    """
    if not hosts_meant(schedule):
        raise CannotDeliverError(
            f"fault {fault.NAME} cannot meet {schedule.match!r}: match is auth or search, since "
            "there is no request yet; leave it out for both"
        )
    if schedule != Schedule(match=schedule.match) and schedule != ALWAYS:
        raise CannotDeliverError(
            f"fault {fault.NAME} cannot be counted: what never becomes a connection is seen by "
            "nobody; it holds from when it is injected until it is taken back. For the first "
            "connections only use wire.refuse"
        )

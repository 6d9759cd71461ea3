"""Faults of the client's certificate can only be met where one is asked for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from onshi.errors import CannotDeliverError
from onshi.faults.base import Fault
from onshi.schedule import Schedule

__all__ = ["only_at_login"]


def only_at_login(fault: Fault, schedule: Schedule) -> None:
    """Refuse a schedule that is about another host. Raises :class:`CannotDeliverError`."""
    for pattern in filter(None, (p.strip() for p in schedule.match.split("|"))):
        if not fnmatchcase("auth", pattern):
            raise CannotDeliverError(
                f"fault {fault.NAME} cannot meet {pattern!r}: only the login host asks for a "
                "client certificate; leave match out, or say auth"
            )

"""What a desk hands to the doors of its eligibility side when it is attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onshi.clock import Clock
from onshi.journal import Journal
from onshi.scene import Site
from onshi.seams import (
    Delivery,
    Ground,
    HttpService,
    Inquiries,
    Inquiry,
    Ports,
    Step,
    WireAction,
    WireEvent,
)

if TYPE_CHECKING:
    from onshi.eligibility.exchange import ExchangeService

__all__ = ["Backstage"]


def _all(name: str, kind: str, inquiry: Inquiry | None) -> bool:
    return True


def _nobody(opened: Ground | Ports | None) -> None:
    return


@dataclass(frozen=True)
class Backstage:
    """One desk as seen by its doors: engines behind their fault chains, clock and journal.

    ``deadline`` is the longest a fault may hold anything, in simulated seconds. ``exchange`` gives
    what answers in the exchange folder; a desk without one has no such folder. ``takes`` says
    whether a request (its name, its kind, what it asks) is taken from the folder; ``ground`` is
    told when a folder is open for what faults do there, and with None when it is no more;
    ``ports`` likewise when listeners are.
    """

    inquiries: Inquiries
    http: HttpService
    at: Callable[[WireEvent], WireAction | None]
    deliver: Callable[[Delivery], list[Step]]
    clock: Clock
    journal: Journal
    site: Site
    deadline: float
    exchange: Callable[[], ExchangeService] | None = None
    takes: Callable[[str, str, Inquiry | None], bool] = _all
    ground: Callable[[Ground | None], None] = _nobody
    ports: Callable[[Ports | None], None] = _nobody

"""What a desk hands to the doors of its eligibility side when it is attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from onshi.clock import Clock
from onshi.journal import Journal
from onshi.seams import Delivery, HttpService, Inquiries, Site, Step, WireAction, WireEvent

__all__ = ["Backstage"]


@dataclass(frozen=True)
class Backstage:
    """One desk as seen by its doors: engines behind their fault chains, clock and journal.

    ``deadline`` is the longest a fault may hold anything, in simulated seconds.
    """

    inquiries: Inquiries
    http: HttpService
    at: Callable[[WireEvent], WireAction | None]
    deliver: Callable[[Delivery], list[Step]]
    clock: Clock
    journal: Journal
    site: Site
    deadline: float

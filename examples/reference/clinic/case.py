"""One visit: who came with what, and what has become of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from clinic.chart import Page
from clinic.dialog import Ask, Dialog


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A patient at the desk. ``form`` is what they wrote on the 問診票 themselves.

    ``route``: card (PC/SC, then by numbers), numbers, or face (result file); ``line``: webapi or
    folder, for an inquiry by numbers. ``papers`` are the documents shown, read into pages.
    ``chart_no`` is None at a first visit.
    """

    route: str
    line: str
    day: date
    query: Mapping[str, str]
    ask: Ask
    enter_pin: Callable[[], str | None]
    present: Callable[[], None]
    form: Page
    chart_no: str | None = None
    papers: Mapping[str, Page] = field(default_factory=dict)


@dataclass
class Case:
    """``before`` and ``page`` are the chart as it was and as it is now (None: no chart).

    ``share`` is in percent, None until decided; ``evidence`` is ``online`` or ids of ways.
    """

    arrival: Arrival
    dialog: Dialog
    before: Page | None
    page: Page | None
    retries_left: int = 0
    status: str = "request_error"
    message: str = ""
    offered: tuple[str, ...] = ()
    share: int | None = None
    evidence: tuple[str, ...] = ()
    refund: int | None = None
    printed: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Add a line to what the operator reads."""
        self.message = f"{self.message}\n{text}".strip()

"""One visit: who came with what, and what has become of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from clinic.chart import Page
from clinic.declaration import Declaration
from clinic.dialog import Ask, Dialog
from clinic.insurance import Insurance


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A patient at the desk. ``form`` is what they wrote on the 問診票 themselves.

    ``route``: card (PC/SC, then by numbers), numbers, or face (result file); ``line``: webapi or
    folder, for an inquiry by numbers. ``papers`` are the documents shown, read into pages.
    ``chart_no`` is None at a first visit. ``told``: numbers that the patient tells; ``unchanged``:
    they say that the insurance is still that of the last visit; ``declaration``: what they can
    declare in writing; ``with_card``: they have the card with them,
    ``empty_handed``: neither card nor paper; ``disaster``:
    they lost them in a disaster.
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
    told: Insurance | None = None
    unchanged: bool = False
    declaration: Declaration = field(default_factory=Declaration)
    with_card: bool = True
    empty_handed: bool = False
    disaster: bool = False


@dataclass
class Case:
    """``before`` and ``page`` are the chart as it was and as it is now (None: no chart).

    ``share`` is in percent, None until decided; ``evidence`` is ``online`` or ids of ways, and
    ``insurance`` the numbers that it confirmed (None: none). ``lost`` is a lost qualification that
    the inquiry showed, ``declared`` what the patient declared in writing.
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
    insurance: Insurance | None = None
    lost: Insurance | None = None
    declared: Declaration | None = None
    refund: int | None = None
    printed: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Add a line to what the operator reads."""
        self.message = f"{self.message}\n{text}".strip()


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Whose claim is due, on which day, and who can be asked."""

    chart_no: str | None
    day: date
    ask: Ask


@dataclass
class MonthEndCase:
    """What becomes of one patient's claim. ``held``: nothing went out; ``path`` the file if any.

    ``evidence``: what the visits rested on. ``stopped`` and ``by_recheck`` (the operator's answer
    to what the inquiry before the claim showed) are of the part that is being decided.
    """

    errand: Errand
    dialog: Dialog
    page: Page | None
    held: bool = False
    message: str = ""
    path: Path | None = None
    newest: date = date.min
    evidence: tuple[str, ...] = ()
    refund: int | None = None
    stopped: bool = False
    by_recheck: str = ""

    def say(self, text: str) -> None:
        """Add a line to what the operator reads."""
        self.message = f"{self.message}\n{text}".strip()

    def hold(self, reason: str) -> None:
        """This part does not go out now."""
        self.stopped = True
        self.say(reason)

    def rests_on(self, evidence: tuple[str, ...]) -> None:
        """What confirmed it, beside what is there already."""
        self.evidence = tuple(dict.fromkeys((*self.evidence, *evidence)))

    def next_part(self) -> None:
        self.stopped, self.by_recheck = False, ""

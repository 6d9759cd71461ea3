"""What is so at the desk: the patient, their card, what is true and what the system knows of it.

Many troubles are an edit of it and no wrapper at all (design, section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Date
from typing import Any

from onshi.people.insurers import Insurers
from onshi.people.records import CardSpec, Coverage, MedicalFile, Patient
from onshi.people.roster import Roster
from onshi.result_codes import ResultCodes

__all__ = ["Scene", "Site"]


@dataclass
class Site:
    """The clinic: ``[tool.onshi.clinic]``. ``encoding`` is ``utf-8`` or ``cp932``.

    ``table`` is 点数表 (1 医科, 3 歯科, 4 調剤), ``payer`` 審査支払機関 (1 支払基金, 2 国保連).
    ``insurers`` are those to draw from, by kind; a kind that is not there has invented ones.

    The exchange folder: ``folder_zip`` is ``off``, ``results`` (bulk downloads come as a ZIP) or
    ``all`` (every file is a ZIP under ``folder_password``); ``folder_encrypt`` names the families
    of messages of which that is so. ``folder_stay`` is the minutes after which a result that
    nobody fetched is removed (0: never), ``bulk_seconds`` how long a bulk inquiry takes.
    """

    institution_code: str = "1312345670"
    encoding: str = "utf-8"
    name: str = "試験クリニック"
    table: str = "1"
    payer: str = "1"
    insurers: Insurers = field(default_factory=dict)
    codes: ResultCodes = field(default_factory=ResultCodes)
    token_seconds: float | None = None
    folder_zip: str = "off"
    folder_encrypt: tuple[str, ...] = ()
    folder_password: str = field(default="", repr=False)
    folder_stay: float = 0.0
    bulk_seconds: float = 10.0


@dataclass
class Scene:
    """Data before or at a date.

    ``truth`` is what is really so on ``date`` (the patient's own papers show it), and
    ``other_times`` what was so of the patient before it and will be after it: :meth:`move` to
    another date, and the truth is the one that holds there. ``coverages`` is what the system
    knows, a :class:`~onshi.people.roster.Roster` whatever list it is set to. ``others`` are
    further people known to the system. ``medical`` has, by key of the person, whose 薬剤情報 is
    not as it should be.
    """

    patient: Patient
    card: CardSpec
    coverages: list[Coverage]
    truth: Coverage
    date: date
    others: list[Patient] = field(default_factory=list)
    medical: dict[str, MedicalFile] = field(default_factory=dict)
    site: Site = field(default_factory=Site)
    make_person: Callable[..., tuple[Patient, Coverage]] | None = None
    other_times: tuple[Coverage, ...] = ()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "coverages" and not isinstance(value, Roster):
            value = Roster(value)
        super().__setattr__(name, value)

    def truth_on(self, day: Date) -> Coverage:
        """What is really so of the patient on a day: of what holds then, what began last.

        On a day on which nothing does, what held last before it; before everything, the first.
        """
        true = sorted((self.truth, *self.other_times), key=lambda c: c.holds_from)
        begun = [c for c in true if c.holds_from <= day]
        holding = [c for c in begun if c.holds_to is None or day <= c.holds_to]
        return (holding or begun or true[:1])[-1]

    def move(self, to: Date) -> None:
        """Another date, and what is so then; what the system knows follows from its own dates."""
        now = self.truth_on(to)
        self.other_times = tuple(c for c in (self.truth, *self.other_times) if c is not now)
        self.truth, self.date = now, to

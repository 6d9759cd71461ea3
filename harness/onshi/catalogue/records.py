"""Profiles, troubles and rule texts as typed records: the shape of the TOML in ``profiles/``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time
from typing import Any, Literal

import msgspec

from onshi.catalogue.days import check_day
from onshi.schedule import Schedule
from onshi.visit import Decision, Purpose

__all__ = [
    "Category",
    "FaultUse",
    "Figure",
    "Profile",
    "RuleText",
    "Situation",
    "Step",
    "Surface",
    "Table",
    "Timeline",
    "Trouble",
]

Surface = Literal["pcsc", "webapi", "folder", "face"]
Status = Literal["printed", "inferred", "lost", "inconsistent", "external"]
"""How a figure stands in its source: as printed; read from its place only; lost with a chart;
printed, and at odds with another figure; from elsewhere, cited by another document."""

_SHOWS = ("", "1", "2", "3", "4", "5", "6", "silent")


class FaultUse(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One fault of a trouble: on which surfaces (None: all of the trouble's), when, how set."""

    name: str
    surfaces: tuple[Surface, ...] | None = None
    when: Schedule = Schedule()
    settings: dict[str, Any] = {}


class Step(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What happens after the first visit, at a later date or the same one.

    ``on``: a date (``2025-11-10``) or a distance from the first visit: ``+12d``, ``+1m`` (the same
    day of the next month, or its last), ``+1m:10`` (the 10th of the next month). ``do``:

    - ``visit``: the patient comes again, the product keeping what it has of them; ``next``:
      somebody else comes, of the kind ``person``, while what troubles the site goes on
    - ``claim``: the month is closed, and the レセプト電算 file goes to the 審査支払機関
    - ``returns``: its answer comes; what it returns is a RECEIPTC.HEN for the product.
      ``reason``: why it returns whatever is right (else the coverage's truth decides)

    ``brings`` to ``limit_consent`` as in :class:`Situation`, where they differ from it. ``fault``
    begins before the step and goes on; ``lift`` names faults that are over by then. ``what`` says
    in our own words what is so by then. ``at``: the time of that day (opening time, if left out).

    ``shows``: what the system answers then to an inquiry for the patient's card, as OQSCD006 (``1``
    valid … ``4`` not found), or ``silent``: no whole answer comes, or an error in its place.
    ``plan`` and ``share`` are of the qualification that it shows: ``kokuho``, ``shaho``, ``kouki``
    …, and 負担割合 in percent. ``reads``: whether the card can be used at the reader.
    """

    on: str = "+0d"
    at: time | None = None
    do: Purpose = "visit"
    next: bool = False
    person: str = ""
    what: str = ""
    brings: tuple[str, ...] | None = None
    says: dict[str, Any] | None = None
    pins: tuple[str, ...] | None = None
    decisions: tuple[Decision, ...] | None = None
    limit_consent: bool | None = None
    reason: str = ""
    fault: tuple[FaultUse, ...] = ()
    lift: tuple[str, ...] = ()
    shows: str = ""
    plan: str = ""
    share: int | None = None
    reads: bool | None = None

    def __post_init__(self) -> None:
        check_day(self.on)
        if self.shows not in _SHOWS:
            raise ValueError(f"shows is 1 to 6 as in OQSCD006, or silent, not {self.shows!r}")
        if self.next and self.do != "visit":
            raise ValueError("next = true goes with do = 'visit': nobody else's claim is looked at")
        if self.person and not self.next:
            raise ValueError("person goes with next = true: the patient stays who they are")


class Situation(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The visit around the fault.

    ``brings``: ``card`` and/or words of DOCUMENTS, or ``phone``. ``pins``: what the patient
    types, in order. ``decisions``: what the operator answers, first match wins. ``person`` asks
    the generator for a kind of patient (``elderly``, ``late_elderly``, ``child``, ``kokuho``,
    ``shaho``, ``kyosai``, ``jieitai``, ``seiho``, ``dialysis``). ``chart``: what differs in the
    stored chart. ``next_patient``: another, untroubled patient follows and must be unaffected.
    ``limit_consent``: asked with 限度額 consent.
    ``visits``: how often the same patient comes, the product keeping what it has of them.
    ``namesake_before``: another person of the same name is received first and has a chart then.
    ``step``: what comes after these visits, in the order of its days.
    """

    brings: tuple[str, ...] = ("card",)
    first_visit: bool = False
    person: str = ""
    pins: tuple[str, ...] = ("1234",)
    decisions: tuple[Decision, ...] = ()
    says: dict[str, Any] = {}
    chart: dict[str, Any] = {}
    next_patient: bool = False
    limit_consent: bool = False
    visits: int = 1
    namesake_before: bool = False
    step: tuple[Step, ...] = ()


class Trouble(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A catalogued case. ``source`` cites document and line (``003:L616``) or is ``added``.

    ``what`` says in our own words what happens. ``support`` is the number of distinct cases
    quoted in the sources, the editorial weight inside a category. ``process``: whether it comes
    to one patient or to the whole site for a while. ``why_not`` is set on a trouble that cannot
    be injected, ``partly`` says what of one that can is not.
    """

    id: str
    title: str
    layer: str
    categories: tuple[str, ...]
    source: tuple[str, ...]
    what: str
    surfaces: tuple[Surface, ...] = ()
    rules: tuple[str, ...] = ()
    support: int = 0
    date: date | None = None
    situation: Situation = Situation()
    fault: tuple[FaultUse, ...] = ()
    why_not: str = ""
    partly: str = ""
    process: Literal["encounter", "site"] = "encounter"

    def hit(self, surfaces: frozenset[str]) -> frozenset[str]:
        """Those of a product's surfaces on which it meets the trouble; all of them if on none."""
        return surfaces & set(self.surfaces) or surfaces

    def stimulus(self, surfaces: frozenset[str]) -> bytes:
        """What is done to a product with these surfaces, as bytes: equal for equal treatment.

        Person, date, situation and faults count; texts, source and rules do not.
        """
        hit = self.hit(surfaces)
        faults = [
            (f.name, f.when, f.settings)
            for f in self.fault
            if f.surfaces is None or set(f.surfaces) & hit
        ]
        steps = tuple(_without_words(step) for step in self.situation.step)
        situation = msgspec.structs.replace(self.situation, step=steps)
        what = (sorted(hit), self.date, situation, faults)
        return msgspec.json.encode(what, order="deterministic")


def _without_words(step: Step) -> Step:
    """The step as it is done to a product, without what is said of it."""
    return msgspec.structs.replace(step, what="", shows="", plan="", share=None, reads=None)


class Category(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One row of a survey's table of troubles. ``share`` is the printed percentage.

    ``count`` and ``share`` are None where the source has lost them (``status`` says so), or never
    had them, as a rule document; ``reason`` says why. ``troubles``: ids that belong to it beside
    those that name it.
    """

    key: str
    label: str
    count: int | None = None
    share: float | None = None
    source: str
    status: Status = "printed"
    reason: str = ""
    injectable: bool = True
    weight_a: float | None = None
    weight_b: float | None = None
    troubles: tuple[str, ...] = ()

    def has(self, trouble: str, categories: Collection[str]) -> bool:
        """Whether a trouble of that id, with these categories, belongs to it."""
        return self.key in categories or trouble in self.troubles


class Table(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One question or table of a survey: what its shares are of, and whether its rows add up.

    ``base``: ``sent``, ``answered``, ``n_troubled``, a number, or "" (no shares). ``adds_up``: one
    answer each, so that the counts of the rows are together the base. ``digits``: to how many the
    percentages are printed.
    """

    key: str
    title: str
    base: str | int = ""
    adds_up: bool = False
    digits: int = 1
    note: str = ""


class Figure(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One other figure of a survey: its table, label, value, printed percentage, source line.

    ``text`` is a figure that is no number (a range, as printed). ``reason`` goes with a ``status``
    other than printed.
    """

    table: str
    key: str
    label: str
    count: int | float | None = None
    share: float | None = None
    text: str = ""
    source: str
    note: str = ""
    status: Status = "printed"
    reason: str = ""


class Profile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A survey: its figures with their source lines, and the date it plays on.

    ``kind`` ``rules``: a document that gives rules and no figures. What a source does not say
    (``sent``, ``answered``, ``n_troubled``) is None.
    """

    name: str
    title: str
    publisher: str
    kind: Literal["survey", "rules"] = "survey"
    date: date
    period: str
    fieldwork: str
    sent: int | None = None
    answered: int | None = None
    n_troubled: int | None = None
    source: str
    limits: tuple[str, ...] = ()
    category: tuple[Category, ...] = ()
    table: tuple[Table, ...] = ()
    figure: tuple[Figure, ...] = ()
    extra_troubles: tuple[str, ...] = ()

    def digits(self, table: str = "category") -> int:
        """To how many digits the percentages of a table are printed; 1 if it is not declared."""
        return next((t.digits for t in self.table if t.key == table), 1)


class Timeline(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A course of events as the sources tell it, in dated steps. Its ids are T1, T3 …

    ``trouble`` is the trouble whose scene, faults and rules it starts from ("": none); ``fault``
    comes in addition, and instead of those of the same name. ``about`` names further troubles of
    the catalogue that it is about. ``assumed`` says which dates and figures are not in the source,
    and what of it is not played. The first of ``step`` is the first visit, its ``on`` the date on
    which it all begins.
    """

    id: str
    title: str
    what: str
    source: tuple[str, ...]
    assumed: str = ""
    trouble: str = ""
    about: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    rules: tuple[str, ...] = ()
    situation: Situation = Situation()
    fault: tuple[FaultUse, ...] = ()
    step: tuple[Step, ...] = ()


class RuleText(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The words of a rule, in Japanese for reports. ``level``: fail, warn or context.

    ``observes`` names what it reads of a visit, claim or return; ``surfaces`` where that can be
    seen (empty: on any). ``valid_from`` and ``valid_to`` bound the dates on which it is judged.
    """

    id: str
    level: Literal["fail", "warn", "context"]
    title: str
    title_en: str
    must: str
    must_not: str = ""
    must_en: str = ""
    must_not_en: str = ""
    why: str = ""
    source: tuple[str, ...] = ()
    observes: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

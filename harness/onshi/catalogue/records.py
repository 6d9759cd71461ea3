"""Profiles, troubles and rule texts as typed records: the shape of the TOML in ``profiles/``."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from onshi.schedule import Schedule
from onshi.visit import Decision

__all__ = ["Category", "FaultUse", "Profile", "RuleText", "Situation", "Surface", "Trouble"]

Surface = Literal["pcsc", "webapi", "folder", "face"]


class FaultUse(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One fault of a trouble: on which surfaces (None: all of the trouble's), when, how set."""

    name: str
    surfaces: tuple[Surface, ...] | None = None
    when: Schedule = Schedule()
    settings: dict[str, Any] = {}


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


class Trouble(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A catalogued case. ``source`` cites document and line (``003:L616``) or is ``added``.

    ``what`` says in our own words what happens. ``support`` is the number of distinct cases
    quoted in the sources, the editorial weight inside a category. ``why_not`` is set on a
    trouble that cannot be injected.
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
        what = (sorted(hit), self.date, self.situation, faults)
        return msgspec.json.encode(what, order="deterministic")


class Category(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One row of a survey's table of troubles. ``share`` is the printed percentage."""

    key: str
    label: str
    count: int
    share: float
    source: str
    injectable: bool = True
    weight_a: float | None = None
    weight_b: float | None = None


class Figure(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """One other figure of a survey: its table, label, value, printed percentage, source line."""

    table: str
    key: str
    label: str
    count: float | None = None
    share: float | None = None
    source: str
    note: str = ""


class Profile(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A survey: its figures with their source lines, and the date it plays on."""

    name: str
    title: str
    publisher: str
    date: date
    period: str
    fieldwork: str
    sent: int
    answered: int
    n_troubled: int
    source: str
    limits: tuple[str, ...] = ()
    category: tuple[Category, ...] = ()
    figure: tuple[Figure, ...] = ()
    extra_troubles: tuple[str, ...] = ()


class RuleText(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The words of a rule, in Japanese for reports. ``level``: fail, warn or context."""

    id: str
    level: Literal["fail", "warn", "context"]
    title: str
    title_en: str
    must: str
    must_not: str = ""
    why: str = ""
    source: tuple[str, ...] = ()
    observes: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

"""The bodies of the control API: what is sent and what comes back, as typed records.

Their JSON Schemas are made from these classes and stand in the OpenAPI document.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from onshi.catalogue.records import Surface
from onshi.judge.case import Finding
from onshi.outcomes import Row
from onshi.reports.run import Run
from onshi.schedule import ALWAYS, Schedule
from onshi.visit import Chart, Handling, Purpose

__all__ = [
    "CardBody",
    "CategoryAnswer",
    "DateBody",
    "DecideAnswer",
    "DecideBody",
    "DeskAnswer",
    "DeskBody",
    "Door",
    "Empty",
    "ErrorAnswer",
    "ErrorDetail",
    "FaultBody",
    "HandlingAnswer",
    "HandlingBody",
    "PatientBody",
    "PinAnswer",
    "ProfileAnswer",
    "ResetBody",
    "ResultsAnswer",
    "TroubleAnswer",
    "VisitAnswer",
    "VisitBody",
]

Door = Literal["pcsc", "vpcd", "webapi", "folder", "face"]


class _Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A body that is sent: a key that does not exist is refused, not overlooked."""


class _Answer(msgspec.Struct, kw_only=True):
    """A body that comes back."""


class Empty(_Body):
    """Nothing has to be said; a body may be left out."""


# ------------------------------------------------------------------------ desks
class DeskBody(_Body):
    """A further desk. What is left out is as for the desk ``0``; addresses are always its own.

    ``folder`` is an existing or new directory; ``time_scale`` shortens delays (0.1: a tenth).
    """

    seed: int | None = None
    date: str | None = None
    doors: tuple[Door, ...] | None = None
    folder: str | None = None
    reader_name: str | None = None
    time_scale: float | None = None


class ResetBody(_Body):
    """A desk made anew, with another seed or date if given."""

    seed: int | None = None
    date: str | None = None


class DeskAnswer(_Answer):
    """One desk. ``env`` is what a program's environment needs to reach it.

    ``warnings`` are sentences about what does not work at the moment (a share that is gone).
    """

    id: str
    seed: int
    date: date
    doors: list[str]
    surfaces: list[str]
    card_present: bool
    patient: str
    troubles: list[str]
    faults: list[str]
    visit: str | None
    env: dict[str, str]
    warnings: list[str]


class PatientBody(_Body):
    """The next person.

    ``kind``: elderly, late_elderly, child, kokuho, shaho, kyosai, jieitai, seiho, dialysis, or
    nothing.
    """

    kind: str = ""


class FaultBody(_Body):
    """``when`` is a schedule as in TOML (``{"nth": 2}``), ``settings`` are the fault's own."""

    when: Schedule = ALWAYS
    settings: dict[str, Any] = {}


class CardBody(_Body):
    """The card to lay down instead: a name of ``devices/cards``."""

    kind: str


class DateBody(_Body):
    """The business date: ``YYYY-MM-DD`` or ``now``."""

    date: str


# ----------------------------------------------------------------------- visits
class VisitBody(_Body):
    """A patient comes to the desk, under a trouble or without one.

    ``surfaces`` are those of the product (None: all of the desk). ``fresh``: the desk is made anew
    first; without it, it is exactly when there is a trouble, so that no trouble meets the last one.
    """

    trouble: str | None = None
    surfaces: tuple[Surface, ...] | None = None
    fresh: bool | None = None


class VisitAnswer(_Answer):
    """The situation (design, section 6). ``number`` counts the visits of one trouble from 1;
    ``following`` marks the patient after, whom nothing troubles.

    ``purpose``: the patient is here (visit), their claim is due (claim), or the answer to it has
    come (returns). ``unknown``: the product has to be given exactly this ``chart`` first; else it
    keeps what it has. ``date`` is this step's. ``returns`` is where the RECEIPTC.HEN lies on the
    machine of this process; null: nothing came back.
    """

    id: str
    desk: str
    trouble: str | None
    title: str
    what: str
    number: int
    purpose: Purpose
    following: bool
    unknown: bool
    over: bool
    patient: dict[str, Any]
    brings: list[str]
    says: dict[str, Any]
    first_visit: bool
    chart: Chart | None
    date: date
    surfaces: list[str]
    inquiry: dict[str, str]
    papers: dict[str, Chart]
    returns: str | None


class PinAnswer(_Answer):
    """What the patient types; null when they type nothing (more)."""

    pin: str | None


class DecideBody(_Body):
    """A question of the software to its operator, and the answers that it offers."""

    prompt: str
    options: tuple[str, ...]


class DecideAnswer(_Answer):
    """The operator's answer: one of the options, or ``cancel``."""

    answer: str


class HandlingBody(Handling, kw_only=True, forbid_unknown_fields=True):
    """What the software did, as far as it could be seen: the fields of :class:`onshi.Handling`.

    Of a claim: ``held``, ``message``, ``warned``, ``asked``, ``evidence``, ``refund``,
    ``chart_after``. Of what came back: ``reopened``, ``reasons``, ``message``, ``warned``,
    ``asked``.

    ``alive``: whether it still takes input. ``returned``: false when it never came back.
    ``error``: what the driver or its adapter failed with; then nothing is judged, and the trouble
    has failed.
    """

    alive: bool | None = None
    returned: bool = True
    error: str = ""


class HandlingAnswer(_Answer):
    """What comes of the visit. ``next`` is the visit that goes on with the same trouble; the
    verdict stands (``result``) when there is none.

    ``result``: passed, failed, skipped (観測なし), waived. ``text`` says it in Japanese, as pytest
    would. ``also`` are further troubles that were judged by the same visit, because they do the
    same to this product. ``warnings``: what does not work at the moment, such as a disk that
    is full.
    """

    visit: str
    trouble: str | None
    result: Literal["passed", "failed", "skipped", "waived"] | None
    problem: str
    broken: list[str]
    findings: list[Finding]
    text: str
    also: list[str]
    warnings: list[str]
    next: VisitAnswer | None


# ------------------------------------------------------------------------ looks
class TroubleAnswer(_Answer):
    """One trouble of the catalogue. ``in_scope``: whether these surfaces can meet it.

    ``same_as`` names the earlier trouble that does the same to a product with these surfaces.
    ``steps`` are the purposes of its visits, in their order.
    """

    id: str
    title: str
    what: str
    layer: str
    categories: list[str]
    source: list[str]
    surfaces: list[str]
    handling: list[str]
    steps: list[Purpose]
    in_scope: bool
    same_as: str


class CategoryAnswer(_Answer):
    """One row of a survey; ``share`` in percent of the institutions with trouble.

    null: the source does not say. ``status``: printed, inferred, lost, inconsistent or external;
    ``reason`` is why.
    """

    key: str
    label: str
    count: int | None
    share: float | None
    status: str = "printed"
    reason: str = ""


class ProfileAnswer(_Answer):
    """One survey (``kind``: survey), or a document that gives rules and counts nothing (rules).

    ``sent``, ``answered``, ``n_troubled``: institutions; null: the source does not say.
    """

    name: str
    title: str
    kind: str
    date: date
    sent: int | None
    answered: int | None
    n_troubled: int | None
    categories: list[CategoryAnswer]


class ResultsAnswer(_Answer):
    """The verdicts kept so far."""

    run: Run
    rows: list[Row]


class ErrorDetail(_Answer):
    """What was wrong. ``field`` is the key of the body, where one is to blame."""

    message: str
    field: str = ""
    did_you_mean: list[str] = []


class ErrorAnswer(_Answer):
    """Every refusal has this shape."""

    error: ErrorDetail

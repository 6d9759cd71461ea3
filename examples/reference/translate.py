"""Between the harness' words and the clinic's own: a Visit in, a Handling out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from clinic.case import Arrival, Case, Errand, MonthEndCase
from clinic.chart import Page
from clinic.declaration import Declaration
from clinic.insurance import Insurance
from clinic.returns import ReturnsCase

import onshi

_FIELDS = [f.name for f in fields(Page)]
_INSURANCE = (
    "insurer_number",
    "symbol",
    "number",
    "branch",
    "relation",
    "valid_from",
    "valid_to",
)


def institution(env: Mapping[str, str]) -> str:
    """The 医療機関コード of the test site stands in the patient file."""
    if "ONSHI_PATIENT" not in env:
        return ""
    return str(json.loads(Path(env["ONSHI_PATIENT"]).read_text("utf-8"))["institution_code"])


def page(chart: onshi.Chart) -> Page:
    """A chart, or a paper that was read into one."""
    return Page(**{name: getattr(chart, name) for name in _FIELDS})


def arrival(visit: onshi.Visit, surfaces: Iterable[str]) -> Arrival:
    """The visit as the product's desk gets it: papers, question box, PIN pad, 問診票."""
    who = visit.patient
    return Arrival(
        route=_route(visit),
        line=_line(visit, surfaces),
        day=visit.date,
        query=visit.inquiry,
        ask=visit.decide,
        enter_pin=visit.enter_pin,
        present=visit.present,
        form=Page(
            name=who.name, kana=who.kana, birthdate=who.birthdate, sex=who.sex, address=who.address
        ),
        chart_no=visit.chart.chart_no if visit.chart else None,
        papers={name: page(chart) for name, chart in visit.papers.items()},
        told=_told(visit),
        unchanged=bool(visit.says.get("unchanged")),
        declaration=_declaration(visit),
        with_card="card" in visit.brings,
        empty_handed=set(visit.brings) <= {"医療証"},
        disaster=bool(visit.says.get("disaster")),
    )


def _told(visit: onshi.Visit) -> Insurance | None:
    """The numbers that the patient knows by heart, or read out at the telephone."""
    says = visit.says
    if not says.get("insurer_number") or not says.get("number"):
        return None
    return Insurance(
        insurer_number=str(says["insurer_number"]),
        symbol=str(says.get("symbol", "")),
        number=str(says["number"]),
    )


def _declaration(visit: onshi.Visit) -> Declaration:
    """What the patient would write into a 被保険者資格申立書, as far as they can."""
    who, says = visit.patient, visit.says
    addresses = says.get("addresses", ())
    return Declaration(
        kana=who.kana,
        plan=str(says.get("plan", "")),
        insurer_name=str(says.get("insurer_name", "")),
        employer=str(says.get("employer", "")),
        addresses=tuple(dict.fromkeys((who.address, *map(str, addresses)))),
        phone=str(says.get("phone", who.phone)),
    )


def errand(visit: onshi.Visit, chart_no: str | None) -> Errand:
    """A claim that is due: nobody is here but the operator."""
    return Errand(chart_no=chart_no, day=visit.date, ask=visit.decide)


def claim(case: MonthEndCase) -> onshi.Claim:
    """What stood on the screen when the claim was written, and where its file is."""
    return onshi.Claim(
        path=str(case.path) if case.path else None,
        held=case.held,
        message=case.message,
        warned=tuple(case.dialog.warned),
        asked=tuple(case.dialog.asked),
        evidence=case.evidence,
        refund=case.refund,
        chart_after=_chart(case.page),
    )


def returned(case: ReturnsCase) -> onshi.Returned:
    """What stood on the screen when a 返戻 file was read in."""
    return onshi.Returned(
        reopened=case.reopened,
        reasons=tuple(case.reasons),
        message=case.message,
        warned=tuple(case.warned),
        asked=(),
    )


def _route(visit: onshi.Visit) -> str:
    """Where the patient is received: at the reader, by the numbers, or at the face reader."""
    if "pcsc" in visit.surfaces:
        return "card"
    return "numbers" if visit.surfaces & {"webapi", "folder"} else "face"


def _line(visit: onshi.Visit, surfaces: Iterable[str]) -> str:
    """By which line the numbers are inquired: one on which this trouble can be met."""
    here = visit.surfaces & {"webapi", "folder"} or set(surfaces)
    return "webapi" if "webapi" in here else "folder"


def handling(case: Case, *, elapsed: float | None = None) -> onshi.Handling:
    """What stood on the screen and came out of the printer."""
    return onshi.Handling(
        status=case.status,  # type: ignore[arg-type]
        message=case.message,
        offered=case.offered,
        asked=tuple(case.dialog.asked),
        warned=tuple(case.dialog.warned),
        copay_percent=case.share,
        chart_before=_chart(case.before),
        chart_after=_chart(case.page),
        evidence=case.evidence,
        documents=tuple(onshi.Document(kind=kind, text=text) for kind, text in case.printed),
        refund=case.refund,
        elapsed=elapsed,
    )


def _chart(page: Page | None) -> onshi.Chart | None:
    """The page as shown; fields that nobody has filled in are shown empty."""
    if page is None:
        return None
    empty = {name: getattr(page, name) or "" for name in _INSURANCE}
    return onshi.Chart(**{**vars(page), **empty})

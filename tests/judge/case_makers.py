"""What the lines of the table are made of: a visit as it went, in one expression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from judge_cases import OTHER, answer, case, chart, coverage, did, record, visit

from onshi.judge.case import Case
from onshi.seams import Answer
from onshi.visit import Handling, Visit

VALID, LOST, NOTHING = answer("1", record()), answer("2", record()), answer("4")
ALL_WAYS = ("kakuninsho", "portal", "past_visit", "moushitatesho", "ten_wari")
PAPER = "document:資格確認書"
CARD = frozenset({"pcsc"})
WINTER, SPRING = date(2026, 1, 15), date(2026, 4, 1)
LATE = "39131234"
SLOW = answer("1", record(), delay=60.0)
NEXT = visit(OTHER, inquiry={"InsurerNumber": "06999014", "InsuredIdentificationNumber": "8"})
NEXT.chart = chart(OTHER, number="8", symbol="5")


def at(handling: Handling | None, *answers: Answer, **more: Any) -> Callable[[], Case]:
    """A case when it is asked for."""
    return lambda: case(handling, *answers, **more)


def chose(*answers: str, **over: Any) -> Visit:
    """A visit in which the operator was asked and answered so."""
    return visit(asked=[(f"問い{i}", (a, "cancel"), a) for i, a in enumerate(answers)], **over)


def with_paper(*answers: str, document: str = "資格確認書", **over: Any) -> Visit:
    """A patient who shows a document and has no card."""
    return chose(*answers, **{"brings": (document,), "papers": {document: chart()}, **over})


def insured(number: str, build: Callable[[], Case]) -> Callable[[], Case]:
    """The same case of a patient who is truly insured under that number."""

    def made() -> Case:
        one = build()
        truth = coverage(one.visit.patient, insurer_number=number)
        return replace(one, scene=replace(one.scene, truth=truth))

    return made


def following(**over: Any) -> dict[str, Any]:
    seen = chart(OTHER, **{"number": "8", "symbol": "5", **over})
    return {"next_visit": NEXT, "next_handling": did(chart_after=seen)}

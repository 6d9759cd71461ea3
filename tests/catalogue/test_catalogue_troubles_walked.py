"""Every trouble that runs is gone through, on each surface, with a product that reports nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from load_clients import until
from onshi import Desk, Handling, Visit
from onshi.catalogue.load import load_troubles
from onshi.catalogue.records import Step, Trouble
from onshi.course import Course
from onshi.eligibility.service import EligibilityService
from onshi.errors import OnshiError
from onshi.judge.case import Verdict
from onshi.seams import Inquiry
from onshi.workspace import workspace

DATE = "2025-10-20"
RUNNING = [t for t in load_troubles().values() if not t.why_not]
HANGS = {"H51"}
"""What the harness sees by itself: the product came back from every visit."""


def walk(desk: Desk, trouble: Trouble, surface: str) -> tuple[Course, list[Visit]]:
    """The patient comes and goes, and nothing is said of it; the visits in their order."""
    course = Course(desk, trouble, {surface})
    visits = []
    while course.visit is not None:
        visits.append(course.visit)
        course.visit.present()
        course.handled(Handling())
    return course, visits


def expected_visits(trouble: Trouble) -> int:
    situation = trouble.situation
    more = len(situation.step) + situation.namesake_before + situation.next_patient
    return situation.visits + more


@pytest.mark.parametrize("surface", ["pcsc", "webapi", "folder", "face"])
def test_each_comes_to_its_end_and_leaves_nothing_behind(surface: str) -> None:
    met = [t for t in RUNNING if surface in t.surfaces]
    assert len(met) >= 50
    threads, left = after_a_quiet_desk(surface)
    for trouble in met:
        with Desk(date=DATE, doors=(surface,), seed=3, time_scale=0.001) as desk:
            course, visits = walk(desk, trouble, surface)
            assert len(visits) == expected_visits(trouble), trouble.id
            said = {f.rule for f in course.findings() if f.verdict is not Verdict.NOT_OBSERVED}
            assert said <= HANGS, trouble.id
    until(lambda: threading.active_count() <= threads)
    assert after_a_quiet_desk(surface)[1] == left


def after_a_quiet_desk(surface: str) -> tuple[int, set[Path]]:
    """Threads and temporary things: a process keeps its addresses from its first desk on."""
    with Desk(date=DATE, doors=(surface,)):
        pass
    return threading.active_count(), set(workspace().path.rglob("*"))


def told() -> Iterator[tuple[Trouble, str]]:
    """Troubles whose steps say what the system shows, on each surface that asks it."""
    for trouble in RUNNING:
        if any(step.shows for step in trouble.situation.step):
            yield from ((trouble, s) for s in trouble.surfaces if s != "pcsc")


@pytest.mark.parametrize(("trouble", "surface"), [*told()], ids=lambda x: getattr(x, "id", x))
def test_the_system_shows_at_each_step_what_the_trouble_says(
    trouble: Trouble, surface: str
) -> None:
    with Desk(date=DATE, doors=(surface,), seed=3, time_scale=0.001) as desk:
        course = Course(desk, trouble, {surface})
        for step in (Step(), *trouble.situation.step):
            assert course.visit is not None
            if step.shows == "silent":
                assert {n.partition(".")[0] for n in desk.injections.faults} & {"wire", "file"}
            elif step.shows:
                assert shown(desk, course.visit) == {step.shows}
            course.handled(Handling())


def shown(desk: Desk, visit: Visit) -> set[str]:
    """What an inquiry by card and one by the numbers of the visit are answered today."""
    service, asked = EligibilityService(desk.scene, desk.clock), visit.inquiry
    numbers = Inquiry(
        insurer_number=asked["InsurerNumber"],
        symbol=asked.get("InsuredCardSymbol", ""),
        number=asked["InsuredIdentificationNumber"],
        branch=asked.get("InsuredBranchNumber", ""),
        birthdate=asked["Birthdate"],
    )
    return {str(service.ask(i).validity) for i in (Inquiry(by_card=desk.patient.key), numbers)}


@pytest.mark.parametrize("how", ["apply", "visit"])
def test_what_cannot_be_brought_about_is_refused_with_its_reason(how: str) -> None:
    with (
        Desk(date=DATE, doors=()) as desk,
        pytest.raises(
            OnshiError, match=r"human\.complaints cannot be brought about: .*注入できない"
        ),
    ):
        getattr(desk, how)("human.complaints")

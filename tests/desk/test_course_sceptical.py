"""Courses easily gone through wrongly: other patients, other surfaces, days out of order."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import msgspec
import pytest

from onshi import Desk, Handling
from onshi.catalogue.load import read_troubles
from onshi.catalogue.records import FaultUse, Situation, Step, Trouble
from onshi.course import Course
from onshi.errors import BadFileError, OnshiError
from onshi.visit import Chart

FIRST = date(2025, 10, 31)


def trouble(*steps: Step, faults: tuple[FaultUse, ...] = (), **more) -> Trouble:
    return Trouble(
        id="x.y",
        title="t",
        layer="reader",
        categories=(),
        source=("added",),
        what="w",
        surfaces=("pcsc", "webapi", "face"),
        situation=Situation(step=steps, **more),
        fault=faults,
    )


def test_what_is_lifted_need_not_be_of_this_products_surfaces() -> None:
    both = (
        FaultUse(name="wire.reset", surfaces=("webapi",)),
        FaultUse(name="terminal.no_file", surfaces=("face",)),
    )
    steps = (Step(on="+1d", next=True, lift=("wire.reset", "terminal.no_file")),)
    for surface, fault in (("webapi", "wire.reset"), ("face", "terminal.no_file")):
        with Desk(date=FIRST, doors=("responses", "face")) as desk:
            course = Course(desk, trouble(*steps, faults=both), {surface})
            assert desk.injections.faults == [fault]
            course.handled(Handling())
            assert desk.injections.faults == []


def test_what_was_made_do_with_is_lifted_by_the_name_of_what_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from onshi.errors import CannotDeliverError
    from onshi.faults import find_fault

    meant = find_fault("wire.unreachable")

    def cannot(*_: object) -> None:
        raise CannotDeliverError("not here")

    monkeypatch.setattr(meant, "check_doors", cannot)
    use = FaultUse(name="wire.unreachable")
    with Desk(date=FIRST, doors=("responses",)) as desk:
        steps = (Step(on="+1d", lift=("wire.unreachable",)),)
        course = Course(desk, trouble(*steps, faults=(use,)), {"webapi"})
        assert desk.injections.faults == [meant.INSTEAD]
        course.handled(Handling())
        assert desk.injections.faults == []


def test_a_scene_that_begins_with_the_next_patient_is_theirs() -> None:
    lost = FaultUse(name="scene.lost_qualification", settings={"days_ago": 20})
    with Desk(date=FIRST, doors=()) as desk:
        course = Course(desk, trouble(Step(next=True, fault=(lost,))), {"webapi"})
        course.handled(Handling())
        assert [c.holds_to for c in desk.scene.coverages if c.holds_to] == [date(2025, 10, 10)]
        assert desk.coverage.holds_from == date(2025, 10, 11)
        before = next(c for c in desk.scene.coverages if c.holds_to)
        assert course.visit is not None
        assert course.visit.chart is not None
        assert course.visit.chart.number == before.qualification.number


def test_the_next_patient_has_a_chart_of_their_own() -> None:
    steps = (Step(next=True), Step(on="+1d"))
    with Desk(date=FIRST, doors=()) as desk:
        course = Course(desk, trouble(*steps, chart={"copay_percent": 77}), {"webapi"})
        first = course.visit
        assert first is not None
        assert first.chart is not None
        assert first.chart.copay_percent == 77
        second = course.handled(Handling(chart_after=Chart(chart_no="A", name="one")))
        assert second is not None
        assert second.chart is not None
        assert second.chart.copay_percent != 77
        assert second.chart.name == second.patient.name
        again = course.handled(Handling())
        assert again is not None
        assert again.patient.key == second.patient.key
        assert again.chart is not None
        assert again.chart.name == second.patient.name


def test_the_kind_of_the_next_patient() -> None:
    steps = (Step(next=True, person="late_elderly"), Step(next=True))
    with Desk(date=FIRST, doors=()) as desk:
        course = Course(desk, trouble(*steps, person="kokuho"), {"webapi"})
        plans = [desk.coverage.qualification.plan]
        while course.handled(Handling()) is not None:
            plans.append(desk.coverage.qualification.plan)
        assert plans == ["kokuho", "kouki", "kokuho"]


def test_days_that_are_in_order_only_for_some_first_days() -> None:
    steps = (Step(on="+12d"), Step(on="+1m:10", do="claim"))
    with Desk(date=date(2025, 10, 20), doors=()) as desk:
        Course(desk, trouble(*steps), {"webapi"})
    with (
        Desk(date=FIRST, doors=()) as desk,
        pytest.raises(OnshiError, match=r"x\.y, step 2 after the first visit, on: \+1m:10"),
    ):
        Course(desk, trouble(*steps), {"webapi"})


def test_a_time_of_day() -> None:
    steps = (Step(at=time(13, 30)), Step(on="+1d"))
    with Desk(date=FIRST, doors=()) as desk:
        course = Course(desk, trouble(*steps), {"webapi"})
        seen = [desk.clock.now()]
        while course.handled(Handling()) is not None:
            seen.append(desk.clock.now())
        assert [f"{t:%d %H:%M}" for t in seen] == ["31 09:00", "31 13:30", "01 09:00"]


STEPS = """\
[[trouble]]
id = "card.bent"
title = "題"
layer = "card"
categories = []
source = ["003:L588"]
what = "何"
surfaces = ["pcsc"]
date = 2025-10-20
[[trouble.situation.step]]
on = "+2d"
[[trouble.situation.step]]
on = "+1d"
[[trouble.fault]]
name = "card.slow"
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("@", "@", 13, "before the step ahead"),
        ('on = "+1d"', 'on = "+3d"\ndo = "returns"', 14, "no claim was handed in"),
        ('on = "+1d"', 'on = "+3d"\nlift = ["card.slo"]', 14, "did you mean card.slow"),
    ],
)
def test_steps_that_nobody_can_go_through_are_refused_when_read(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    (tmp_path / "card.toml").write_text(STEPS.replace(old, new), encoding="utf-8")
    with pytest.raises(BadFileError, match=says) as error:
        read_troubles(tmp_path)
    assert error.value.line == line


def test_what_one_patient_showed_says_nothing_of_anothers_claim(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[list[tuple[str, str]]] = []
    monkeypatch.setattr(
        "onshi.course.judge_story",
        lambda story, levels: (
            told.append([(c.purpose, c.case.visit.patient.key) for c in story.chapters]) or []
        ),
    )
    steps = (Step(do="claim"), Step(next=True), Step(next=True), Step(do="claim"))
    with Desk(date=FIRST, doors=()) as desk:
        course = Course(desk, trouble(*steps), {"webapi"})
        while course.handled(Handling()) is not None:
            pass
        course.findings()
    one, two = told
    assert [purpose for purpose, _ in one] == [purpose for purpose, _ in two] == ["visit", "claim"]
    assert len({key for _, key in one}) == len({key for _, key in two}) == 1
    assert one != two


def test_who_comes_in_the_past_was_insured_and_had_a_card_then() -> None:
    long_ago = msgspec.structs.replace(trouble(), date=date(2020, 1, 15))
    lately = msgspec.structs.replace(trouble(), date=date(2025, 10, 15))
    with Desk(date=FIRST, doors=()) as desk:
        first = desk.patient
        desk.apply(lately)
        assert desk.patient is first
        desk.apply(long_ago)
        assert desk.patient is not first
        assert desk.coverage.holds_from <= date(2020, 1, 15)
        assert desk.scene.card.cert_from <= date(2020, 1, 15)

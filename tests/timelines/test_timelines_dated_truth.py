"""The truth has dates: it follows the desk's, forwards and backwards, and so do the papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import onshi
from onshi.catalogue.records import FaultUse, Situation, Step, Trouble
from onshi.course import Course
from onshi.eligibility.register import Register
from onshi.errors import OnshiError
from onshi.people.records import Coverage
from onshi.visit import Handling

D0 = date(2025, 10, 20)


@pytest.fixture
def desk() -> Iterator[onshi.Desk]:
    with onshi.Desk(date=D0, doors=(), seed=4) as d:
        yield d


def shown(desk: onshi.Desk) -> list[Coverage]:
    """What the system shows today for the patient's card."""
    register = Register(lambda: desk.scene.coverages, today=lambda: desk.clock.today)
    return list(register.by_person(desk.patient.key).coverages)


def share(c: Coverage, desk: onshi.Desk) -> int:
    return c.qualification.share(desk.patient.birthdate, desk.clock.today)


def test_one_truth_holds_on_every_date(desk: onshi.Desk) -> None:
    truth = desk.coverage
    for day in ("2030-01-01", "1990-01-01", D0):
        desk.travel(day)
        assert desk.coverage is truth


def test_before_a_change_the_truth_is_what_was(desk: onshi.Desk) -> None:
    old = desk.coverage.qualification
    desk.inject("scene.insurer_changed", days_ago=20)
    new = desk.coverage.qualification
    assert new.insurer_number != old.insurer_number
    desk.travel("2025-09-29")
    assert desk.coverage.qualification.insurer_number == old.insurer_number
    assert desk.coverage.holds_to == date(2025, 9, 29)
    desk.travel("2025-09-30")
    assert desk.coverage.qualification is new


def test_a_share_that_changes_in_future(desk: onshi.Desk) -> None:
    desk.next_patient("late_elderly")
    desk.inject("scene.share_changed", before=20, after=30, days_ago=-12, known_in=30)
    assert [(share(desk.coverage, desk), share(shown(desk)[0], desk))] == [(20, 20)]
    desk.travel("2025-11-01")
    assert [(share(desk.coverage, desk), share(shown(desk)[0], desk))] == [(30, 20)]
    desk.travel("2025-11-19")
    assert [(share(desk.coverage, desk), share(shown(desk)[0], desk))] == [(30, 30)]


def test_once_the_system_has_learned_it_says_so_of_the_days_before(desk: onshi.Desk) -> None:
    desk.next_patient("late_elderly")
    desk.inject("scene.share_changed", before=10, after=20, days_ago=20, known_in=10)
    register = Register(lambda: desk.scene.coverages, today=lambda: desk.clock.today)

    def said_of(day: date) -> int:
        (found,) = register.by_person(desk.patient.key, day).coverages
        return share(found, desk)

    changed, before = date(2025, 9, 30), date(2025, 9, 29)
    assert (said_of(before), said_of(changed), said_of(D0)) == (10, 10, 10)
    desk.travel("2025-10-30")
    assert (said_of(before), said_of(changed), said_of(D0)) == (10, 20, 20)


def test_a_share_changes_only_where_there_is_one(desk: onshi.Desk) -> None:
    with pytest.raises(OnshiError, match="70 or more"):
        desk.inject("scene.share_changed")
    assert desk.scene.other_times == ()


def test_what_was_lifted_was_never_so_on_any_date(desk: onshi.Desk) -> None:
    truth = desk.coverage
    desk.inject("scene.insurer_changed", days_ago=20)
    desk.travel("2025-09-01")
    desk.injections.lift_fault("scene.insurer_changed")
    assert desk.scene.other_times == ()
    desk.travel(D0)
    assert desk.coverage.qualification == truth.qualification


def test_another_fault_lifted_on_a_later_day_leaves_the_dates_of_this_one(
    desk: onshi.Desk,
) -> None:
    desk.inject("scene.pin_tries", auth=1)
    desk.inject("scene.insurer_changed", days_ago=20, loss_known_in=30, new_known_in=30)
    before = (list(desk.scene.coverages), desk.coverage, desk.scene.other_times)
    desk.travel("2025-11-10")
    desk.injections.lift_fault("scene.pin_tries")
    assert (list(desk.scene.coverages), desk.coverage, desk.scene.other_times) == before
    desk.injections.lift_fault("scene.insurer_changed")
    assert desk.coverage.qualification.insurer_number != before[1].qualification.insurer_number


def test_a_name_is_changed_at_every_time(desk: onshi.Desk) -> None:
    desk.inject("scene.insurer_changed", days_ago=20)
    desk.inject("scene.difficult_name")
    names = {c.patient.family for c in (desk.coverage, *desk.scene.other_times)}
    assert names == {"髙橋"}


def test_papers_are_of_the_day_on_which_they_are_shown() -> None:
    use = FaultUse(
        name="scene.share_changed",
        settings={"before": 20, "after": 30, "days_ago": -10, "known_in": 90},
    )
    situation = Situation(
        brings=("資格確認書",), person="late_elderly", step=(Step(on="+9d"), Step(on="+10d"))
    )
    trouble = Trouble(
        id="x.y",
        title="t",
        layer="coverage",
        categories=(),
        source=("added",),
        what="w",
        surfaces=("webapi",),
        situation=situation,
        fault=(use,),
    )
    with onshi.Desk(date=D0, doors=(), seed=4) as desk:
        course = Course(desk, trouble, {"webapi"})
        seen = []
        while course.visit is not None:
            seen.append(course.visit.papers["資格確認書"].copay_percent)
            course.handled(Handling())
        assert seen == [20, 20, 30]
        of_each = [c.case.scene.truth for c in course.story().chapters]
        assert [share(c, desk) for c in of_each] == [20, 20, 30]

"""A vendor's levels and waivers hold for what is judged over a whole course, as for a visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from claim_stories import CLAIM, FIRST, UNKNOWN, file, receipt
from judge_cases import did, trouble

from onshi import Desk
from onshi.catalogue.records import Situation, Step
from onshi.config import Waiver
from onshi.course import Course
from onshi.outcomes import conclude, waive

CLAIMED = Situation(brings=(), step=(Step(on="+1m:10", do="claim"),))
WRONG_SEVENS = ("77777770", "", "777777777")


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(date=FIRST, seed=11) as made:
        yield made


def played(desk: Desk, levels: dict[str, str]) -> Course:
    """A course that ends in a claim whose number of an unknown insurer is wrong."""
    desk.travel(FIRST)
    course = Course(desk, trouble("H19", situation=CLAIMED), {"webapi"}, levels=levels)
    claim = course.handled(did())
    assert claim is not None
    assert (claim.purpose, claim.date) == ("claim", CLAIM)
    made = receipt(WRONG_SEVENS, *UNKNOWN, patient=desk.patient)
    assert course.handled(did(), claim=file(made)) is None
    return course


@pytest.mark.parametrize(
    ("levels", "result"),
    [({}, "failed"), ({"H19": "fail"}, "failed"), ({"H19": "warn"}, "skipped")],
)
def test_a_level_of_the_vendor_s_weighs_a_claim(desk: Desk, levels, result):
    course = played(desk, levels)
    outcome = conclude(course, course.story().trouble)
    assert outcome.result == result
    assert [f.rule for f in outcome.broken(levels.get("H19", "fail"))] == ["H19"]


def test_a_rule_that_is_off_says_nothing_of_a_claim(desk: Desk):
    assert played(desk, {"H19": "off"}).findings() == []


@pytest.mark.parametrize(
    ("until", "result"), [(date(2999, 1, 1), "waived"), (date(2020, 1, 1), "failed")]
)
def test_a_break_in_a_claim_is_waived_until_its_day(desk: Desk, until, result):
    course = played(desk, {})
    outcome = conclude(course, course.story().trouble)
    promise = Waiver(trouble="t", rule="H19", reason="次版で直す", until=until)
    assert waive(outcome, [promise]).result == result

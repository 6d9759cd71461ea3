"""A claim that cannot be read fails its trouble with what the reader says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from claim_stories import FIRST, UNKNOWN, file, receipt
from judge_cases import did, trouble

from onshi import Desk
from onshi.catalogue.records import Situation, Step, Trouble
from onshi.config import Waiver
from onshi.course import Course
from onshi.outcomes import Outcome, accept, conclude, row, waive

TWO_CLAIMS = Situation(
    brings=(), step=(Step(on="+1m:10", do="claim"), Step(on="+2m:10", do="claim"))
)
WRONG_SEVENS = ("77777770", "", "777777777")
NO_MONTH = "（診療年月）"
FOREVER = Waiver(trouble="t", rule="H19", reason="次版で直す", until=date(2999, 1, 1))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(date=FIRST, seed=11) as made:
        yield made


def played(desk: Desk, *claims: bytes | None) -> tuple[Outcome, Trouble]:
    """A visit and two claims of the month after, as handed in."""
    desk.travel(FIRST)
    about = trouble("H19", situation=TWO_CLAIMS)
    course = Course(desk, about, {"webapi"})
    course.handled(did())
    for claim in claims:
        course.handled(did(), claim=claim)
    return conclude(course, about), about


def without_month(desk: Desk) -> bytes:
    """A file whose 診療年月 is no month."""
    made = file(receipt(WRONG_SEVENS, *UNKNOWN, patient=desk.patient))
    assert made.count(b",202510,") == 1
    return made.replace(b",202510,", b",202599,")


def test_it_fails_with_record_and_column_and_the_day_of_the_claim(desk: Desk):
    outcome, _ = played(desk, without_month(desk), None)
    assert outcome.result == "failed"
    assert outcome.problem.startswith("2025-11-10 の請求: ")
    assert "行目 RE 項番4" in outcome.problem
    assert NO_MONTH in outcome.problem
    assert outcome.broken() == []
    assert row(outcome).problem == outcome.problem


def test_several_things_that_are_wrong_stay_in_one_line(desk: Desk):
    made = without_month(desk).replace(b",202511,", b",2025,")
    outcome, _ = played(desk, made, None)
    assert "IR 項番8（請求年月）" in outcome.problem
    assert "RE 項番4（診療年月）" in outcome.problem
    assert len(outcome.problem.splitlines()) == 1


def test_of_two_claims_each_is_named(desk: Desk):
    outcome, _ = played(desk, b"\x00", without_month(desk))
    assert "2025-11-10 の請求" in outcome.problem
    assert "2025-12-10 の請求" in outcome.problem


def test_no_claim_at_all_is_not_observed_as_before(desk: Desk):
    outcome, _ = played(desk, None, None)
    assert (outcome.result, outcome.problem) == ("skipped", "")


def test_what_could_be_judged_still_is(desk: Desk):
    readable = file(receipt(WRONG_SEVENS, *UNKNOWN, patient=desk.patient))
    outcome, _ = played(desk, readable, without_month(desk))
    assert [f.rule for f in outcome.broken()] == ["H19"]
    assert NO_MONTH in outcome.problem


def test_a_waiver_of_the_rule_broken_beside_it_does_not_hide_it(desk: Desk):
    readable = file(receipt(WRONG_SEVENS, *UNKNOWN, patient=desk.patient))
    both, _ = played(desk, readable, without_month(desk))
    kept = row(both)
    assert waive(both, [FOREVER]).result == "failed"
    assert accept(kept, [FOREVER]).result == "failed"
    alone, _ = played(desk, readable, None)
    assert waive(alone, [FOREVER]).result == "waived"


def test_a_hang_is_told_beside_it(desk: Desk):
    desk.travel(FIRST)
    about = trouble("H19", situation=TWO_CLAIMS)
    course = Course(desk, about, {"webapi"})
    course.handled(did())
    course.handled(did(), claim=without_month(desk))
    course.never_returned()
    outcome = conclude(course, about, "claim() did not return within 1 seconds")
    assert outcome.result == "failed"
    assert outcome.problem.startswith("claim() did not return")
    assert NO_MONTH in outcome.problem

"""Judging a whole course: its dates, the vendor's levels, and a product that hangs over a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from case_table_claims import NOTHING, VALID
from claim_stories import OLD_MARK, SEVENS, UNKNOWN, came, came_back, claimed, receipt, told
from judge_cases import did, person

from onshi.errors import OnshiError, UnknownNameError
from onshi.judge.case import Verdict
from onshi.judge.story import Story
from onshi.judge.verdict import judge_case, judge_story, outcome

WRONG = told(came(did(status="valid"), VALID), claimed(receipt(("06555018", "１", "２"))))


def asked(story: Story, *rules: str) -> Story:
    return told(*story.chapters, rules=rules)


def test_levels_and_outcome():
    story = asked(WRONG, "H13", "H16")
    assert outcome(judge_story(story)) == "failed"
    lenient = judge_story(story, {"H13": "warn"})
    assert outcome(lenient) == "skipped"
    assert [f.rule for f in lenient if f.verdict is Verdict.BROKEN] == ["H13"]
    assert [f.rule for f in judge_story(story, {"H13": "off"})] == ["H16"]
    assert {f.source for f in judge_story(story) if f.rule == "H13"} == {("004:L117",)}
    with pytest.raises(UnknownNameError):
        judge_story(asked(WRONG, "H99"))
    with pytest.raises(OnshiError, match="strict"):
        judge_story(story, {"H13": "strict"})


def test_a_rule_about_courses_says_nothing_of_each_visit():
    case = asked(WRONG, "H13", "H01").chapters[0].case
    rules = {f.rule for f in judge_case(replace(case, trouble=asked(WRONG, "H13", "H01").trouble))}
    assert rules == {"H01"}


def test_a_context_rule_raised_to_fail_breaks_nothing():
    story = asked(told(came(), claimed(receipt(SEVENS, *UNKNOWN))), "H16", "H23", "H26")
    assert outcome(judge_story(story, {"H16": "fail", "H23": "fail", "H26": "fail"})) == "skipped"


@pytest.mark.parametrize(
    ("first", "claim", "judged"),
    [
        (date(2023, 8, 21), date(2023, 9, 8), True),
        (date(2023, 12, 20), date(2024, 1, 10), True),
        (date(2023, 6, 20), date(2023, 7, 7), False),
        (date(2025, 10, 20), date(2025, 11, 10), False),
    ],
)
def test_a_dated_rule_holds_where_any_chapter_lies_in_its_dates(first, claim, judged):
    written = receipt(SEVENS, *UNKNOWN, month=f"{first:%Y%m}", days=(first.day,))
    story = told(came(did(), NOTHING, on=first), claimed(written, on=claim), rules=("H24",))
    (found,) = judge_story(story)
    assert found.verdict is Verdict.NOT_OBSERVED
    assert found.reason.startswith("参考" if judged else "観測なし")
    assert ("期間の外" in found.reason) is not judged


def test_a_product_that_hangs_over_a_claim_or_a_return_fails():
    visit, claim = came(did(status="valid"), VALID), claimed(receipt())
    for hung, words in (
        (replace(claim, case=replace(claim.case, returned=False)), "請求の処理"),
        (_stuck(came_back(claim)), "返戻の取り込みの処理"),
    ):
        found = judge_story(told(visit, hung, rules=("H13",)))
        (broken,) = [f for f in found if f.verdict is Verdict.BROKEN]
        assert broken.rule == "H51"
        assert words in broken.reason
        assert outcome(found) == "failed"
        assert "H51" not in {f.rule for f in judge_story(told(visit, hung), {"H51": "off"})}
    frozen = replace(claim, case=replace(claim.case, alive=False))
    assert outcome(judge_story(told(visit, frozen))) == "failed"


def _stuck(chapter):
    return replace(chapter, case=replace(chapter.case, returned=False))


def test_a_course_of_two_patients_is_two_stories():
    other = person("p5", birthdate=date(1970, 2, 3), given="次郎", given_kana="ジロウ")
    mine = (came(did(status="valid"), VALID), claimed(receipt()))
    theirs = claimed(receipt(("06888012", "８", "９"), OLD_MARK, patient=other), patient=other)
    found = judge_story(told(*mine, theirs, rules=("H13", "H54")))
    assert [(f.rule, f.verdict) for f in found if f.rule == "H13"] == [
        ("H13", Verdict.MET),
        ("H13", Verdict.NOT_OBSERVED),
    ]
    assert Verdict.BROKEN not in {f.verdict for f in found}

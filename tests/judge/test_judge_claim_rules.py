"""The rules about claims, one naive product at a time: each breaks its own rule and no other."""

from __future__ import annotations

import case_table_claims  # noqa: F401
import pytest
from case_table import CASES, Line
from claim_stories import broken

from onshi.catalogue.load import load_rules
from onshi.judge.case import Verdict
from onshi.judge.rules import rules, story_rules
from onshi.judge.story import Story

MINE = ["H11", "H13", "H14", "H15", "H16", "H17", "H18", "H19"]
MINE += ["H20", "H21", "H22", "H23", "H24", "H25", "H26", "H27", "H28", "H54", "H61"]
LINES = [line for line in CASES if line.rule in MINE and isinstance(line.build(), Story)]


def lines(kind: str) -> list[Line]:
    return [line for line in LINES if line.kind == kind]


def test_all_of_them_look_at_courses_only():
    assert set(MINE) <= set(story_rules())
    assert not set(MINE) & set(rules())


def level(id: str) -> str:
    return load_rules()[id].level


@pytest.mark.parametrize("id", MINE)
def test_every_rule_has_its_cases(id):
    kinds = {line.kind for line in LINES if line.rule == id}
    judged = {"reference", "naive", "legitimate"}
    assert kinds == ({"shown"} if level(id) == "context" else judged)


@pytest.mark.parametrize("line", lines("reference"), ids=str)
def test_a_product_that_does_right_meets_the_rule_and_breaks_none(line):
    found = line.findings()
    assert Verdict.MET in {f.verdict for f in found}
    assert broken(line.build(), *MINE) == set()


@pytest.mark.parametrize("line", lines("naive"), ids=str)
def test_a_naive_product_breaks_exactly_this_rule(line):
    assert line.half is not None
    found = [f for f in line.findings() if f.verdict is Verdict.BROKEN]
    assert {(f.expected, f.level) for f in found} == {(line.half.expected, line.half.level)}
    others = broken(line.build(), *MINE) - {(line.rule, line.half.level)}
    # 不詳 although everything is known, and a claim for nobody: the last resort is taken, too
    assert others <= {("H18", "warn")}, others


@pytest.mark.parametrize("line", lines("legitimate"), ids=str)
def test_a_legitimate_product_is_not_blamed(line):
    heavy = {f.reason for f in line.findings() if f.verdict is Verdict.BROKEN and f.level == "fail"}
    assert not heavy
    assert {rule for rule, weight in broken(line.build(), *MINE) if weight == "fail"} == set()


@pytest.mark.parametrize("line", lines("shown"), ids=str)
def test_context_is_told_and_never_judged(line):
    found = line.findings()
    assert any(f.reason.startswith("参考: ") for f in found)
    assert {f.verdict for f in found} == {Verdict.NOT_OBSERVED}
    assert {f.level for f in found} == {"context"}

"""docs/rules.md is what the texts and the modules give; halves weigh no more than their rule."""

from __future__ import annotations

import re

import pytest
from rules_page import LEVELS, PAGE, asked_for_by, page, timelines_with

from onshi.catalogue.load import load_rules
from onshi.judge.rules import halves, rules, story_rules

REMEDY = "write it anew: PYTHONPATH=tests/judge python tests/judge/rules_page.py"
WHOLE = page()
WEIGHT = ["context", "warn", "fail"]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8").splitlines() == WHOLE.splitlines(), REMEDY


@pytest.mark.parametrize("id", load_rules())
def test_a_rule_is_as_heavy_as_its_heaviest_half(id: str) -> None:
    found = halves(id)
    assert found, "every rule is judged, or says what was so"
    assert max(WEIGHT.index(h.level) for h in found) == WEIGHT.index(load_rules()[id].level)
    expected = [h.expected for h in found]
    assert len(expected) == len(set(expected)), "two halves that a reader cannot tell apart"


def test_every_rule_is_about_a_visit_or_about_a_course() -> None:
    assert sorted([*rules(), *story_rules()]) == list(load_rules())
    assert halves("H99") == ()


@pytest.mark.parametrize("id", load_rules())
def test_a_rule_stands_on_the_page_with_all_that_it_says(id: str) -> None:
    text = load_rules()[id]
    own = WHOLE.split(f"\n## {id}\n")[1].split("\n## ")[0]
    for said in (text.title, text.title_en, text.must, text.must_not, text.must_en, text.why):
        assert said in own
    assert all(f"  - {LEVELS[h.level]}: {h.expected}" in own for h in halves(id))
    assert all(f"`{name}`" in own for name in (*text.observes, *asked_for_by(id)))
    assert all(source in own for source in text.source)
    assert all(re.search(rf"タイムライン: .*\b{t}\b", own) for t in timelines_with(id))

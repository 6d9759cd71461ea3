"""Every scenario of the surveys is a trouble, and every trouble is one of them or was added."""

from __future__ import annotations

from collections import Counter

from scenario_table import SCENARIOS, Scenario

from onshi.catalogue.load import load_rules, load_troubles

TROUBLES = load_troubles()
COUNTS = {
    "reader": 22,
    "card": 16,
    "patient-operation": 9,
    "terminal PC": 10,
    "network": 10,
    "backend data": 60,
    "backend availability": 8,
    "billing-after-the-fact": 15,
    "human-process": 31,
    "integration": 8,
}
RUNS_ALL_THE_SAME = {"card.pin_staff_must_not_ask"}
"""What happens between people, and yet the product shows in it what a rule asks of it."""


def runs(scenario: Scenario) -> bool:
    return scenario.injectable != "no" or scenario.id in RUNS_ALL_THE_SAME


def test_the_table_has_as_many_of_each_layer_as_the_surveys_tell() -> None:
    assert Counter(s.layer for s in SCENARIOS.values()) == COUNTS
    assert len(SCENARIOS) == 189


def test_every_scenario_is_a_trouble_and_every_other_trouble_says_added() -> None:
    added = {t.id for t in TROUBLES.values() if t.source == ("added",)}
    assert set(TROUBLES) == set(SCENARIOS) | added
    assert not set(SCENARIOS) & added


def test_at_least_165_run_and_those_that_can() -> None:
    running = [id for id in SCENARIOS if not TROUBLES[id].why_not]
    assert running == [id for id, s in SCENARIOS.items() if runs(s)]
    assert len(running) >= 165


def test_layers_processes_categories_and_support_are_the_scenarios() -> None:
    troubles = [TROUBLES[id] for id in SCENARIOS]
    shipped = {t.id: (t.layer, t.process, t.support, frozenset(t.categories)) for t in troubles}
    told = {s.id: (s.layer, s.process, s.support, s.categories) for s in SCENARIOS.values()}
    assert shipped == told


def test_no_rule_of_a_scenario_is_left_out() -> None:
    missing = {s.id: s.rules - set(TROUBLES[s.id].rules) for s in SCENARIOS.values()}
    assert {id: rules for id, rules in missing.items() if rules} == {}


def test_what_is_not_injected_is_said() -> None:
    for scenario in SCENARIOS.values():
        trouble = TROUBLES[scenario.id]
        assert not (trouble.why_not and trouble.partly), scenario.id
        if scenario.injectable == "partly" or scenario.id in RUNS_ALL_THE_SAME:
            assert trouble.partly, scenario.id


def test_what_runs_has_a_rule_that_judges() -> None:
    judging = {rule.id for rule in load_rules().values() if rule.level != "context"}
    running = [t for t in TROUBLES.values() if not t.why_not]
    assert [t.id for t in running if not judging & set(t.rules)] == []

"""Every timeline at the reference clinic: it goes through all of it, and breaks no rule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clinic_results import INSTALLATIONS, adapter

from onshi import Desk
from onshi.catalogue.load import find_trouble
from onshi.catalogue.timelines import load_timelines
from onshi.config import Config
from onshi.judge.case import Verdict
from onshi.runner import Runner
from onshi.suite import applicable, desk_doors, judge_played, play

SLOW = frozenset({"T16", "T17", "T18", "T19", "T23", "T25", "T26", "T31", "T36", "T37", "T38"})
"""Those with outages: files that never come are waited for."""
QUICK_ON = {"pcsc": ("T24",), "webapi": ("T35",), "face": ("T20", "T41")}
"""Further ones that every run goes through; the others without outages it does on one surface."""
CLAIMED = {
    "T1": {"H13", "H47"},
    "T5": {"H13", "H47"},
    "T8": {"H13", "H47", "H48"},
    "T27": {"H18", "H19", "H20", "H21", "H22", "H27"},
    "T28": {"H15"},
}
"""What is met because a claim was written, and what came back was read."""


def _runs() -> Iterator[object]:
    for id in load_timelines():
        trouble = find_trouble(id)
        fits = [s for s in INSTALLATIONS if applicable(trouble, frozenset({s}))]
        for surface in fits:
            first = surface == ("webapi" if "webapi" in fits else fits[0])
            quick = id not in SLOW and (first or id in QUICK_ON.get(surface, ()))
            yield pytest.param(
                id, surface, id=f"{id}-{surface}", marks=() if quick else pytest.mark.soak
            )


@pytest.fixture(scope="module")
def runners() -> Iterator[dict[str, Runner]]:
    made: dict[str, Runner] = {}
    yield made
    for runner in made.values():
        runner.stop()


@pytest.mark.parametrize(("id", "surface"), list(_runs()))
def test_the_reference_clinic_goes_through_it(
    id: str, surface: str, runners: dict[str, Runner]
) -> None:
    surfaces, scale = INSTALLATIONS[surface]
    config = Config(time_scale=scale)
    if surface not in runners:
        runners[surface] = Runner(adapter("reference", surfaces), patience=config.patience)
    runner, trouble = runners[surface], find_trouble(id)
    with Desk(
        profile="hodanren2025",
        doors=desk_doors(runner.integration),
        time_scale=scale,
        deadline=config.deadline,
        keep_contexts=True,
    ) as desk:
        outcome = judge_played(play(desk, trouble, runner, config), trouble, ())
    assert outcome.problem == ""
    broken = [f for f in outcome.findings if f.verdict is Verdict.BROKEN]
    assert broken == []
    met = {f.rule for f in outcome.findings if f.verdict is Verdict.MET}
    assert met
    assert met >= CLAIMED.get(id, set())

"""`make mutants`: every rule is broken by somebody, and nobody who is right is blamed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak
ROOT = Path(__file__).resolve().parents[2]
for folder in ("tests/mutants", "examples/naive", "examples/reference"):
    if str(ROOT / folder) not in sys.path:
        sys.path.append(str(ROOT / folder))

from behaviours import behaviours, find_behaviour  # noqa: E402
from mutants_play import Measured, complaints  # noqa: E402
from mutants_run import running, unproven, wrong_with_reference  # noqa: E402

Running = tuple[Measured, dict[str, "Future[Measured]"]]


@pytest.fixture(scope="module")
def at_work() -> Iterator[Running]:
    with running(list(behaviours())) as found:
        yield found


def test_the_reference_breaks_nothing(at_work: Running) -> None:
    assert wrong_with_reference(at_work[0]) == []


@pytest.mark.parametrize("name", behaviours())
def test_a_behaviour_breaks_exactly_its_rules(name: str, at_work: Running) -> None:
    assert complaints(find_behaviour(name), at_work[1][name].result()) == []


def test_each_rule_is_broken_at_its_level_and_met_by_others(at_work: Running) -> None:
    assert unproven([one.result() for one in at_work[1].values()]) == []
